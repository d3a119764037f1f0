using System.CommandLine;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Commands;

/// <summary><c>dataset</c>: look at a training file before anything is learnt from it.</summary>
internal static class DatasetCommand
{
    public static Command Create() => new("dataset", "Look at training files")
    {
        CreateCheck(),
        DatasetRenderCommand.Create(),
    };

    private static Command CreateCheck()
    {
        var file = new Argument<string>("FILE") { Description = "JSONL, a JSON array or CSV, plain or gzip" };
        var method = new Option<TrainingMethod>("--method") { Description = "What the rows are meant for", DefaultValueFactory = _ => TrainingMethod.Sft };
        var system = new Option<string?>("--system") { Description = "CSV: column of the system message" };
        var user = new Option<string?>("--user") { Description = "CSV: column of what the user says" };
        var assistant = new Option<string?>("--assistant") { Description = "CSV: column of the answer to learn; for rft it may be left out" };
        var badRows = new Option<string?>("--bad-rows") { Description = "Write the bad rows to this file, as they are" };
        var faults = new Option<int>("--faults") { Description = "Faults of each kind to list; the rest are counted", DefaultValueFactory = _ => 20 };
        var json = new Option<bool>("--json") { Description = "Print the whole report as JSON" };
        var command = new Command("check", "List every fault with its line and field, and the statistics; exit code 2 where a row is bad")
        {
            file, method, system, user, assistant, badRows, faults, json,
        };
        command.SetAction(result => CommandRunner.Run(() =>
        {
            var options = new DatasetCheckOptions
            {
                Method = result.GetValue(method),
                Columns = Mapping(result.GetValue(system), result.GetValue(user), result.GetValue(assistant), result.GetValue(method)),
                FaultsPerKind = result.GetValue(faults),
            };
            return Check(result.GetRequiredValue(file), options, result.GetValue(badRows), result.GetValue(json));
        }));
        return command;
    }

    private static int Check(string path, DatasetCheckOptions options, string? badRowsPath, bool json)
    {
        using var interrupt = new ConsoleInterrupt();
        var report = badRowsPath is null
            ? DatasetChecker.Check(path, options, interrupt.Token)
            : CheckAndKeepBadRows(path, options, badRowsPath, interrupt.Token);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, RunSpecification.JsonOptions));
        }
        else
        {
            DatasetReportText.Write(Console.Out, path, report);
        }

        if (report.Usable)
        {
            return CommandRunner.Success;
        }

        Console.Error.WriteLine($"studio: {path}: {DatasetReportText.Verdict(report)}");
        return CommandRunner.Refused;
    }

    private static DatasetReport CheckAndKeepBadRows(string path, DatasetCheckOptions options, string badRowsPath, CancellationToken cancellationToken)
    {
        if (Path.GetFullPath(badRowsPath) == Path.GetFullPath(path))
        {
            throw new UserErrorException("--bad-rows", "This is the file that is checked; name another one.");
        }

        try
        {
            using var badRows = DurableFile.Create(badRowsPath);
            var report = DatasetChecker.WriteBadRows(path, options, badRows.Stream, cancellationToken);
            badRows.Commit();
            return report;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException("--bad-rows", $"{badRowsPath} cannot be written: {exception.Message}");
        }
    }

    internal static ColumnMapping? Mapping(string? system, string? user, string? assistant, TrainingMethod method = TrainingMethod.Sft)
    {
        if (system is null && user is null && assistant is null)
        {
            return null;
        }

        return user is not null && (assistant is not null || method == TrainingMethod.Rft)
            ? new ColumnMapping { System = system, User = user, Assistant = assistant }
            : throw new UserErrorException(user is null ? "--user" : "--assistant", "Name both columns, --user and --assistant, or neither to have them suggested.");
    }
}
