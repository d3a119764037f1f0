using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Engine.Training.Sft;

/// <summary>The rows of a dataset, rendered: what is learnt from and what is held out.</summary>
internal sealed class TrainingRows
{
    private TrainingRows(IReadOnlyList<TrainingRow> training, IReadOnlyList<HeldOutRow> heldOut, IReadOnlyList<string> warnings)
    {
        Training = training;
        HeldOut = heldOut;
        Warnings = warnings;
        Hash = HashOf(training.Concat(heldOut.Select(row => row.Rendered)));
    }

    /// <summary>Rows to learn from, in the order of the file; each has at least one learnt token.</summary>
    public IReadOnlyList<TrainingRow> Training { get; }

    /// <summary>Rows held out, in the order of the file.</summary>
    public IReadOnlyList<HeldOutRow> HeldOut { get; }

    /// <summary>What a person should know: rows left out, rows cut.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>SHA-256 over ids and weights of all rows: the same hash trains the same.</summary>
    public string Hash { get; }

    /// <summary>Reads, splits and renders a dataset.</summary>
    /// <param name="specification">Dataset, context and seed.</param>
    /// <param name="renderer">The base model's.</param>
    /// <param name="activity">Told how many rows are rendered.</param>
    /// <param name="cancellationToken">Looked at between blocks of rows.</param>
    /// <exception cref="UserErrorException">No such file, no good row, or no row with a token to learn.</exception>
    public static TrainingRows Load(RunSpecification specification, Renderer renderer, ActivityReport activity, CancellationToken cancellationToken)
    {
        var context = specification.Batch.ContextLength;
        var rows = SplitRows<TrainingRow, HeldOutRow>.Load(
            specification, renderer, (index, number) => Render(index.Read(number), renderer, specification), row => row.Rendered.LearntTokens > 0, row => row.Rendered, activity, cancellationToken);
        Warn(rows.Warnings, rows.TrainingCount - rows.Training.Count, "rows have no token to learn (within the context) and are left out.");
        Warn(rows.Warnings, rows.Training.Count(row => row.Cut), $"rows are longer than the context of {context} tokens and are cut.");
        return rows.Training.Count > 0
            ? new(rows.Training, rows.HeldOut, rows.Warnings)
            : throw new UserErrorException(
                "dataset.path", $"None of the {rows.TrainingCount} training rows has a token to learn: every answer is empty, has weight 0 or lies behind the context of {context} tokens.");
    }

    private static HeldOutRow Render(DatasetRow row, Renderer renderer, RunSpecification specification)
    {
        try
        {
            var rendered = renderer.RenderConversation(row.Conversation, row.LearnWeights, specification.Batch.ContextLength);
            var weights = rendered.Weights;
            if (specification.Dataset.Learn == LearntText.Everything)
            {
                Array.Fill(weights, 1);
            }

            return new HeldOutRow(row, new TrainingRow(row.Index, row.Line, rendered.Ids, weights, rendered.Cut));
        }
        catch (UserErrorException exception)
        {
            throw SplitRows<TrainingRow, HeldOutRow>.At(specification, row.Line, exception);
        }
    }

    private static void Warn(List<string> warnings, int count, string text)
    {
        if (count > 0)
        {
            warnings.Add($"{count} {text}");
        }
    }

    private static string HashOf(IEnumerable<TrainingRow> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows)
        {
            hash.AppendData(BitConverter.GetBytes(row.Ids.Length));
            hash.AppendData(MemoryMarshal.AsBytes(row.Ids.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(row.Weights.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
