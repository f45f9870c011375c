"""Prints the one row of a query, fetched with python-tds. usage: query.py HOST PORT AUTHORITY.pem"""

import sys

import pytds

HOST, PORT, AUTHORITY = sys.argv[1:]
with pytds.connect(dsn=HOST, port=int(PORT), database="master", user="shir", password="secret", cafile=AUTHORITY,
                   autocommit=True, timeout=30, login_timeout=30) as connection:
    with connection.cursor() as cursor:
        cursor.execute("select n, s from t")
        print(*cursor.fetchone())
