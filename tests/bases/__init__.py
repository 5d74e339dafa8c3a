"""Les bases de chaque version livrée, gardées pour toujours : la version courante doit savoir les migrer."""
