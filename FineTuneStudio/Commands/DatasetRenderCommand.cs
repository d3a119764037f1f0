using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Commands;

/// <summary><c>dataset render</c>: rows as the model will see them, with what it learns.</summary>
internal static class DatasetRenderCommand
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "JSONL, a JSON array or CSV, plain or gzip" };
        var model = new Option<string>("--model") { Description = "A model or its folder: its chat template and tokenizer", Required = true };
        var limit = new Option<int?>("--limit") { Description = "First rows only" };
        var context = new Option<int?>("--context") { Description = "Most tokens of a row; longer ones are cut" };
        var system = new Option<string?>("--system") { Description = "CSV: column of the system message" };
        var user = new Option<string?>("--user") { Description = "CSV: column of what the user says" };
        var assistant = new Option<string?>("--assistant") { Description = "CSV: column of the answer to learn" };
        var json = new Option<bool>("--json") { Description = "A JSON object a line: row, ids, weights, text" };
        var command = new Command("render", "Show rows as the model will see them: rendered, tokenized, learnt tokens marked")
        {
            file, model, limit, context, system, user, assistant, json,
        };
        command.SetAction(result => CommandRunner.Run(() =>
        {
            var options = new DatasetCheckOptions
            {
                Columns = DatasetCommand.Mapping(result.GetValue(system), result.GetValue(user), result.GetValue(assistant)),
            };
            var renderer = Renderer.Load(ModelArgument.Resolve(result.GetRequiredValue(model)));
            return Render(result.GetRequiredValue(file), options, renderer, result.GetValue(limit), result.GetValue(context), result.GetValue(json));
        }));
        return command;
    }

    private static int Render(string path, DatasetCheckOptions options, Renderer renderer, int? limit, int? context, bool json)
    {
        if (limit < 0 || context < 1)
        {
            throw new UserErrorException(limit < 0 ? "--limit" : "--context", "Use a number above 0.");
        }

        using var interrupt = new ConsoleInterrupt();
        using var index = DatasetIndex.Open(path, options, interrupt.Token);
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
        foreach (var warning in renderer.Warnings)
        {
            Console.Error.WriteLine($"studio: {warning}");
        }

        if (!index.Report.Usable)
        {
            Console.Error.WriteLine($"studio: {path}: bad rows are left out; dataset check lists them.");
        }

        for (var i = 0; i < Math.Min(index.Count, limit ?? int.MaxValue); i++)
        {
            interrupt.Token.ThrowIfCancellationRequested();
            Write(output, path, index.Read(i), renderer, context, json);
        }

        return CommandRunner.Success;
    }

    private static void Write(TextWriter output, string path, DatasetRow row, Renderer renderer, int? context, bool json)
    {
        RenderedRow rendered;
        try
        {
            rendered = renderer.RenderConversation(row.Conversation, row.LearnWeights, context);
        }
        catch (UserErrorException exception)
        {
            throw new UserErrorException([.. exception.Errors.Select(error => error with { Field = $"{path}:{row.Line}: {error.Field}" })]);
        }

        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new { row = row.Index, ids = rendered.Ids, weights = rendered.Weights, text = rendered.Text, warnings = rendered.Warnings }, Json));
            return;
        }

        output.WriteLine($"--- row {row.Index} (line {row.Line}): {rendered.Ids.Length} tokens, {rendered.LearntTokens} learnt{(rendered.Cut ? ", cut" : "")}");
        output.WriteLine(Marked(rendered));
        foreach (var warning in rendered.Warnings)
        {
            output.WriteLine($"! {warning}");
        }
    }

    /// <summary>The text with what is learnt between double brackets.</summary>
    private static string Marked(RenderedRow row)
    {
        var result = new StringBuilder();
        var from = 0;
        foreach (var span in row.LearntSpans)
        {
            result.Append(row.Text, from, span.Start - from).Append('⟦').Append(row.Text, span.Start, span.Length).Append('⟧');
            from = span.End;
        }

        return result.Append(row.Text, from, row.Text.Length - from).ToString();
    }
}
