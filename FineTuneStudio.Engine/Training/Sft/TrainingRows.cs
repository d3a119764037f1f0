using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Engine.Training.Sft;

/// <summary>The rows of a dataset, rendered: what is learnt from and what is held out.</summary>
internal sealed class TrainingRows
{
    // Rows rendered side by side before the next are read; bounds what is in memory as text.
    private const int RowsAtOnce = 1024;

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
    /// <param name="cancellationToken">Looked at between blocks of rows.</param>
    /// <exception cref="UserErrorException">No such file, no good row, or no row with a token to learn.</exception>
    public static TrainingRows Load(RunSpecification specification, Renderer renderer, CancellationToken cancellationToken)
    {
        var options = specification.Dataset;
        var check = new DatasetCheckOptions { Method = specification.Method, Columns = options.Columns };
        using var index = DatasetIndex.Open(options.Path, check, cancellationToken);
        var split = DatasetSplit.Create(index, options, specification.Seed);
        var context = specification.Batch.ContextLength;
        var warnings = new List<string>(renderer.Warnings);
        if (index.Report.Faults.Count(fault => fault.Severity == FaultSeverity.Error) is > 0 and var bad)
        {
            warnings.Add($"{bad} faults in {Path.GetFileName(options.Path)}: the rows that have them are left out. 'dataset check' lists them.");
        }

        var training = Render(index, Enumerable.Range(0, split.TrainingCount).Select(split.TrainingRow), renderer, specification, cancellationToken)
            .Select(row => row.Rendered).Where(row => row.LearntTokens > 0).ToList();
        Warn(warnings, split.TrainingCount - training.Count, "rows have no token to learn (within the context) and are left out.");
        Warn(warnings, training.Count(row => row.Cut), $"rows are longer than the context of {context} tokens and are cut.");
        if (training.Count == 0)
        {
            throw new UserErrorException(
                "dataset.path", $"None of the {split.TrainingCount} training rows has a token to learn: every answer is empty, has weight 0 or lies behind the context of {context} tokens.");
        }

        return new(training, HeldOutOf(index, split, renderer, specification, check, cancellationToken), warnings);
    }

    private static List<HeldOutRow> HeldOutOf(
        DatasetIndex index, DatasetSplit split, Renderer renderer, RunSpecification specification, DatasetCheckOptions check, CancellationToken cancellationToken)
    {
        if (specification.Dataset.HeldOutPath is not { } path)
        {
            return [.. Render(index, split.HeldOut, renderer, specification, cancellationToken).Where(row => row.Rendered.LearntTokens > 0)];
        }

        using var other = DatasetIndex.Open(path, check, cancellationToken);
        var count = Math.Min(other.Count, specification.Dataset.HeldOutMaxRows);
        return [.. Render(other, Enumerable.Range(0, count), renderer, specification, cancellationToken).Where(row => row.Rendered.LearntTokens > 0)];
    }

    // Lazily, so that no more than a block of conversations is in memory unless the caller keeps them.
    private static IEnumerable<HeldOutRow> Render(
        DatasetIndex index, IEnumerable<int> numbers, Renderer renderer, RunSpecification specification, CancellationToken cancellationToken)
    {
        foreach (var block in numbers.Chunk(RowsAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rendered = new HeldOutRow[block.Length];
            try
            {
                Parallel.For(0, block.Length, place => rendered[place] = Render(index.Read(block[place]), renderer, specification));
            }
            catch (AggregateException exception) when (exception.InnerExceptions.OfType<UserErrorException>().FirstOrDefault() is { } mistake)
            {
                throw mistake;
            }

            foreach (var row in rendered)
            {
                yield return row;
            }
        }
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
            throw new UserErrorException([.. exception.Errors.Select(error => new UserError($"{Path.GetFileName(specification.Dataset.Path)}:{row.Line}", error.Message))]);
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
