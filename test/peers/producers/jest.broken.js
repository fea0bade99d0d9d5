require('nosuch');
