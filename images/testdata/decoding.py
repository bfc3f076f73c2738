def decode(): pass
def photos(): pass
