using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Xunit;

namespace FineTuneStudio.Tests.Studio;

public sealed class MigrationTests
{
    /// <summary>Both databases; neither is connected to.</summary>
    public static TheoryData<string> Connections => ["", "Host=localhost;Database=studio"];

    [Theory]
    [MemberData(nameof(Connections))]
    public void Migrations_AllApplied_MakeTheModelsSchema(string postgreSql)
    {
        using var database = Open(postgreSql);

        var migrated = Statements(database.GetService<IMigrator>().GenerateScript());
        var wanted = Statements(database.Database.GenerateCreateScript());

        Assert.NotEmpty(wanted);
        Assert.Equal(wanted, migrated);
    }

    private static StudioDatabase Open(string postgreSql)
    {
        var options = new DbContextOptionsBuilder<StudioDatabase>();
        options.UseStudioDatabase(postgreSql, "unused.db");
        return new StudioDatabase(options.Options);
    }

    /// <summary>What makes tables and indexes, but for the order of columns and the migrations' own bookkeeping.</summary>
    private static List<string> Statements(string script)
        => [.. script.Split(";\n", StringSplitOptions.TrimEntries)
            .Where(statement => statement.StartsWith("CREATE", StringComparison.Ordinal) && !statement.Contains("__EFMigrationsHistory", StringComparison.Ordinal))
            .Select(statement => string.Join('\n', statement.Split('\n').Select(line => line.Trim().TrimEnd(',')).Order(StringComparer.Ordinal)))
            .Order(StringComparer.Ordinal)];
}
