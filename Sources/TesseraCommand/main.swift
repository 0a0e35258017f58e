TesseraProgram.start()
