#!/bin/sh
# Makes the server's own role and database when PostgreSQL starts for the first time. The role is no superuser: a hole
# in a query must not reach the files and programs of the machine.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$HANDRAIL_DB_PASSWORD" -U postgres <<'SQL'
create role handrail login password :'password';
create database handrail owner handrail;
SQL
