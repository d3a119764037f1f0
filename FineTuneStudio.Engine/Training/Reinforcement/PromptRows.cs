using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>The prompts of a dataset: those that are learnt from and those that are held out.</summary>
internal sealed class PromptRows
{
    private PromptRows(IReadOnlyList<PromptRow> training, IReadOnlyList<PromptRow> heldOut, IReadOnlyList<string> warnings)
    {
        Training = training;
        HeldOut = heldOut;
        Warnings = warnings;
        Hash = HashOf(training.Concat(heldOut));
    }

    /// <summary>Prompts to learn from, in the order of the file; each leaves room for an answer.</summary>
    public IReadOnlyList<PromptRow> Training { get; }

    /// <summary>Prompts held out, in the order of the file.</summary>
    public IReadOnlyList<PromptRow> HeldOut { get; }

    /// <summary>What a person should know: rows left out.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>SHA-256 over ids and fields of all rows: the same hash trains the same.</summary>
    public string Hash { get; }

    /// <summary>Reads, splits and renders a dataset.</summary>
    /// <param name="specification">Dataset, context and seed.</param>
    /// <param name="renderer">The base model's.</param>
    /// <param name="tools">That prompts tell of, a list in OpenAI's form; <see langword="null"/> for none.</param>
    /// <param name="activity">Told how many prompts are rendered.</param>
    /// <param name="cancellationToken">Looked at between blocks of rows.</param>
    /// <exception cref="UserErrorException">No such file, no good row, or no prompt with room for an answer.</exception>
    public static PromptRows Load(RunSpecification specification, Renderer renderer, JsonElement? tools, ActivityReport activity, CancellationToken cancellationToken)
    {
        var context = specification.Batch.ContextLength;
        var rows = SplitRows<PromptRow, PromptRow>.Load(
            specification, renderer, (index, number) => Render(index, number, renderer, specification, tools), row => row.Ids.Length < context, row => row, activity, cancellationToken);
        if (rows.TrainingCount - rows.Training.Count is > 0 and var left)
        {
            rows.Warnings.Add($"{left} prompts leave no room for an answer within the context of {context} tokens and are left out.");
        }

        return rows.Training.Count > 0
            ? new PromptRows(rows.Training, rows.HeldOut, rows.Warnings)
            : throw new UserErrorException("dataset.path", $"None of the {rows.TrainingCount} prompts leaves room for an answer within the context of {context} tokens.");
    }

    private static PromptRow Render(DatasetIndex index, int number, Renderer renderer, RunSpecification specification, JsonElement? tools)
    {
        var row = index.Read(number);
        var split = ConversationSplit.Of(row.Conversation);
        try
        {
            var prompt = split.Prompt with { Tools = split.Prompt.Tools ?? tools };
            return new PromptRow(row.Index, row.Line, renderer.RenderPrompt(prompt).Ids, split.Question, split.AnswerText, index.ReadItem(number)) { Conversation = tools is null ? null : prompt };
        }
        catch (UserErrorException exception)
        {
            throw SplitRows<PromptRow, PromptRow>.At(specification, row.Line, exception);
        }
    }

    private static string HashOf(IEnumerable<PromptRow> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows)
        {
            hash.AppendData(BitConverter.GetBytes(row.Ids.Length));
            hash.AppendData(MemoryMarshal.AsBytes(row.Ids.AsSpan()));
            hash.AppendData(Encoding.UTF8.GetBytes(row.Item.GetRawText()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
