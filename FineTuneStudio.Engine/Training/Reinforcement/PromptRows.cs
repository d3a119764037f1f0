using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
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
    /// <param name="cancellationToken">Looked at between rows.</param>
    /// <exception cref="UserErrorException">No such file, no good row, or no prompt with room for an answer.</exception>
    public static PromptRows Load(RunSpecification specification, Renderer renderer, CancellationToken cancellationToken)
    {
        var options = specification.Dataset;
        var check = new DatasetCheckOptions { Method = TrainingMethod.Rft, Columns = options.Columns };
        using var index = DatasetIndex.Open(options.Path, check, cancellationToken);
        var split = DatasetSplit.Create(index, options, specification.Seed);
        var warnings = new List<string>(renderer.Warnings);
        if (index.Report.Faults.Count(fault => fault.Severity == FaultSeverity.Error) is > 0 and var bad)
        {
            warnings.Add($"{bad} faults in {Path.GetFileName(options.Path)}: the rows that have them are left out. 'dataset check' lists them.");
        }

        var training = Render(index, Enumerable.Range(0, split.TrainingCount).Select(split.TrainingRow), renderer, specification, cancellationToken);
        if (split.TrainingCount - training.Count is > 0 and var left)
        {
            warnings.Add($"{left} prompts leave no room for an answer within the context of {specification.Batch.ContextLength} tokens and are left out.");
        }

        return training.Count > 0
            ? new PromptRows(training, HeldOutOf(index, split, renderer, specification, check, cancellationToken), warnings)
            : throw new UserErrorException("dataset.path", $"None of the {split.TrainingCount} prompts leaves room for an answer within the context of {specification.Batch.ContextLength} tokens.");
    }

    private static List<PromptRow> HeldOutOf(
        DatasetIndex index, DatasetSplit split, Renderer renderer, RunSpecification specification, DatasetCheckOptions check, CancellationToken cancellationToken)
    {
        if (specification.Dataset.HeldOutPath is not { } path)
        {
            return Render(index, split.HeldOut, renderer, specification, cancellationToken);
        }

        using var other = DatasetIndex.Open(path, check, cancellationToken);
        return Render(other, Enumerable.Range(0, Math.Min(other.Count, specification.Dataset.HeldOutMaxRows)), renderer, specification, cancellationToken);
    }

    private static List<PromptRow> Render(
        DatasetIndex index, IEnumerable<int> numbers, Renderer renderer, RunSpecification specification, CancellationToken cancellationToken)
    {
        var rows = new List<PromptRow>();
        foreach (var number in numbers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = Render(index, number, renderer, specification);
            if (row.Ids.Length < specification.Batch.ContextLength)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    private static PromptRow Render(DatasetIndex index, int number, Renderer renderer, RunSpecification specification)
    {
        var row = index.Read(number);
        var split = ConversationSplit.Of(row.Conversation);
        try
        {
            return new PromptRow(row.Index, row.Line, renderer.RenderPrompt(split.Prompt).Ids, split.Question, split.AnswerText, index.ReadItem(number));
        }
        catch (UserErrorException exception)
        {
            throw new UserErrorException([.. exception.Errors.Select(error => new UserError($"{Path.GetFileName(specification.Dataset.Path)}:{row.Line}", error.Message))]);
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
