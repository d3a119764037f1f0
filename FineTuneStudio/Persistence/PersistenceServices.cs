using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FineTuneStudio.Persistence;

/// <summary>Chooses the database: PostgreSQL where a connection string is given, else a SQLite file.</summary>
internal static class PersistenceServices
{
    public static DbContextOptionsBuilder UseStudioDatabase(this DbContextOptionsBuilder builder, string postgreSql, string sqliteFile)
    {
        // The migrations are written by hand and carry no snapshot to compare the model with; a test does that instead.
        builder.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
        return postgreSql.Length > 0
            ? builder.UseNpgsql(postgreSql)
            : builder.UseSqlite(new SqliteConnectionStringBuilder { DataSource = sqliteFile, ForeignKeys = true, DefaultTimeout = 30 }.ToString());
    }
}
