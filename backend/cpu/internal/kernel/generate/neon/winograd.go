package main

func winograd(a *assembly) { planeProducts(a) }
