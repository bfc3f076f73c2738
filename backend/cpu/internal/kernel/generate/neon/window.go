package main

func windows(a *assembly) {}
