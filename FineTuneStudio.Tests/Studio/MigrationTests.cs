using System.Text.RegularExpressions;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Xunit;

namespace FineTuneStudio.Tests.Studio;

public sealed partial class MigrationTests
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

    /// <summary>What makes tables and indexes in the end, but for the order of columns and the migrations' own bookkeeping.</summary>
    private static List<string> Statements(string script)
    {
        var made = new List<string>();
        foreach (var statement in script.Split(";\n", StringSplitOptions.TrimEntries).Where(statement => !statement.Contains("__EFMigrationsHistory", StringComparison.Ordinal)))
        {
            if (statement.StartsWith("CREATE", StringComparison.Ordinal))
            {
                made.Add(statement);
            }
            else if (AddedColumn().Match(statement) is { Success: true } added)
            {
                var table = made.FindIndex(earlier => earlier.StartsWith($"CREATE TABLE {added.Groups["table"].Value} ", StringComparison.Ordinal));
                made[table] += $"\n{added.Groups["column"].Value}";
            }
            else if (DroppedIndex().Match(statement) is { Success: true } dropped)
            {
                made.RemoveAll(earlier => earlier.StartsWith("CREATE", StringComparison.Ordinal) && earlier.Contains($"INDEX {dropped.Groups["index"].Value} ON", StringComparison.Ordinal));
            }
        }

        return [.. made
            .Select(statement => string.Join('\n', statement.Split('\n').Select(line => line.Trim().TrimEnd(',')).Order(StringComparer.Ordinal)))
            .Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex("""^ALTER TABLE (?<table>"\w+") ADD (?<column>.+)$""")]
    private static partial Regex AddedColumn();

    [GeneratedRegex("""^DROP INDEX (?<index>"\w+")""")]
    private static partial Regex DroppedIndex();
}
