using System.Globalization;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands;

/// <summary>A dataset's report for a person at a terminal: faults as <c>file:line: ...</c>, so that editors can jump there.</summary>
internal static class DatasetReportText
{
    private const int ShownAnswers = 10;

    public static void Write(TextWriter output, string path, DatasetReport report)
    {
        var culture = CultureInfo.InvariantCulture;
        output.WriteLine($"{report.File}: {report.FormatText}");
        output.WriteLine(string.Create(culture, $"{report.Rows:N0} rows: {report.GoodRows:N0} good, {report.BadRows:N0} bad; {report.TextBytes / 1e6:N1} MB in {report.Seconds:N2} s"));
        if (report.Columns is { } columns)
        {
            WriteColumns(output, columns);
        }

        if (report.FaultCounts.Count > 0)
        {
            WriteFaults(output, path, report);
        }

        if (report.GoodRows > 0)
        {
            WriteStatistics(output, report);
        }

        output.WriteLine();
        output.WriteLine(report.Usable ? "Usable as it is." : $"Not usable: {Verdict(report)}");
    }

    /// <summary>Why the file cannot be used, in one line.</summary>
    public static string Verdict(DatasetReport report)
    {
        var bad = string.Create(CultureInfo.InvariantCulture, $"{report.BadRows:N0} of {report.Rows:N0} rows are bad");
        var first = report.Faults.FirstOrDefault(fault => fault.Severity == FaultSeverity.Error);
        var place = first is null ? "" : first.Line > 0 ? $"line {first.Line}{(first.Field.Length > 0 ? $", {first.Field}" : "")}: " : "";
        return first is null
            ? "there is no row to learn from."
            : $"{(report.BadRows > 0 ? $"{bad}; the first fault: " : "")}{place}found {first.Found}; expected {first.Expected}.";
    }

    private static void WriteColumns(TextWriter output, ColumnReport columns)
    {
        output.WriteLine($"Columns: {string.Join(", ", columns.Names)}");
        if (columns.Mapping is { } mapping)
        {
            var system = mapping.System is null ? "" : $"{mapping.System} → system, ";
            output.WriteLine($"         {system}{mapping.User} → user{(mapping.Assistant is null ? "" : $", {mapping.Assistant} → assistant")} ({columns.Reason})");
        }
    }

    private static void WriteFaults(TextWriter output, string path, DatasetReport report)
    {
        output.WriteLine();
        foreach (var count in report.FaultCounts)
        {
            var listed = count.Listed < count.Count ? $" ({count.Listed} listed)" : "";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name(count.Severity),-8} {count.Count,9:N0}  {Words(count.Kind)}{listed}"));
        }

        output.WriteLine();
        foreach (var fault in report.Faults)
        {
            var place = fault.Line > 0 ? $"{path}:{fault.Line}" : path;
            var field = fault.Field.Length > 0 ? $"{fault.Field}: " : "";
            output.WriteLine($"{place}: {Name(fault.Severity)}: {field}found {fault.Found}; expected {fault.Expected}. {fault.Fix}");
        }
    }

    private static void WriteStatistics(TextWriter output, DatasetReport report)
    {
        var culture = CultureInfo.InvariantCulture;
        var messages = report.Messages;
        output.WriteLine();
        output.WriteLine(string.Create(culture, $"Messages    {messages.Total:N0}: system {messages.System + messages.Developer:N0}, user {messages.User:N0}, assistant {messages.Assistant:N0} ({messages.Learnt:N0} learnt), tool {messages.Tool:N0}"));
        output.WriteLine(string.Create(culture, $"Rows        with system prompt {report.RowsWithSystem:N0}, with tools {report.RowsWithTools:N0}, duplicates {report.DuplicateRows:N0}, different prompts {report.DistinctPrompts:N0}"));
        output.WriteLine($"{"",-20}{"min",10}{"mean",10}{"median",10}{"95 %",10}{"max",10}");
        WriteDistribution(output, "Turns", report.Turns);
        WriteDistribution(output, "Characters of a row", report.RowCharacters);
        WriteDistribution(output, "  of the prompt", report.PromptCharacters);
        WriteDistribution(output, "  of the answer", report.AnswerCharacters);
        var answers = report.Answers;
        output.WriteLine(string.Create(culture, $"Answers     {(answers.DistinctIsEstimate ? "about " : "")}{answers.Distinct:N0} different in {answers.Rows:N0}: {Words(answers.Kind)}"));
        foreach (var answer in answers.MostFrequent.Take(ShownAnswers))
        {
            output.WriteLine(string.Create(culture, $"  {answer.Rows,9:N0}  {answer.Answer.ReplaceLineEndings(" ")}"));
        }

        if (report.OtherFields.Count > 0)
        {
            output.WriteLine($"Other fields {string.Join(", ", report.OtherFields.Select(field => string.Create(culture, $"{field.Name} ({field.Rows:N0})")))}");
        }
    }

    private static void WriteDistribution(TextWriter output, string name, Distribution? lengths)
    {
        if (lengths is not null)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20}{lengths.Minimum,10:N0}{lengths.Mean,10:N1}{lengths.Median,10:N0}{lengths.Percentile95,10:N0}{lengths.Maximum,10:N0}"));
        }
    }

    private static string Name(FaultSeverity severity) => severity == FaultSeverity.Error ? "error" : "warning";

    /// <summary><c>DuplicateRow</c> as "duplicate row".</summary>
    private static string Words(Enum value)
        => string.Concat(value.ToString().Select((letter, index) => index > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : char.ToLowerInvariant(letter).ToString()));
}
