using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Engine.Training;

/// <summary>The rows of a dataset made ready for a method: what is learnt from and what is held out.</summary>
/// <typeparam name="TTraining">What is kept of a row to learn from.</typeparam>
/// <typeparam name="T">A row made ready.</typeparam>
/// <param name="Training">In the order of the file.</param>
/// <param name="HeldOut">In the order of the file.</param>
/// <param name="TrainingCount">Rows to learn from, before those that are of no use were left out.</param>
/// <param name="Warnings">What a person should know.</param>
internal sealed record SplitRows<TTraining, T>(List<TTraining> Training, List<T> HeldOut, int TrainingCount, List<string> Warnings)
{
    // Rows made ready side by side before the next are read; bounds what is in memory as text.
    private const int RowsAtOnce = 1024;

    /// <summary>Reads, splits and makes ready.</summary>
    /// <param name="specification">Dataset, method and seed.</param>
    /// <param name="renderer">Of the base model.</param>
    /// <param name="prepare">Makes a row of an index ready; called from several threads.</param>
    /// <param name="isUseful">Whether a row stays.</param>
    /// <param name="keep">What is kept of a row to learn from: there may be many.</param>
    /// <param name="activity">Told how many rows are ready.</param>
    /// <param name="cancellationToken">Looked at between blocks of rows.</param>
    /// <exception cref="UserErrorException">No such file, no good row, or a row that the template refuses.</exception>
    public static SplitRows<TTraining, T> Load(
        RunSpecification specification, Renderer renderer, Func<DatasetIndex, int, T> prepare, Func<T, bool> isUseful, Func<T, TTraining> keep, ActivityReport activity,
        CancellationToken cancellationToken)
    {
        var options = specification.Dataset;
        var check = new DatasetCheckOptions { Method = specification.Method, Columns = options.Columns };
        using var index = DatasetIndex.Open(options.Path, check, cancellationToken);
        var split = DatasetSplit.Create(index, options, specification.Seed);
        using var other = options.HeldOutPath is { } path ? DatasetIndex.Open(path, check, cancellationToken) : null;
        var heldOut = other is null ? split.HeldOut : [.. Enumerable.Range(0, Math.Min(other.Count, options.HeldOutMaxRows))];
        activity.Begin(RunActivity.RenderingRows, split.TrainingCount + heldOut.Count);
        var (warnings, ready) = (new List<string>(renderer.Warnings), 0);
        if (index.Report.Faults.Count(fault => fault.Severity == FaultSeverity.Error) is > 0 and var bad)
        {
            warnings.Add($"{bad} faults in {Path.GetFileName(options.Path)}: the rows that have them are left out. 'dataset check' lists them.");
        }

        IEnumerable<T> Ready(DatasetIndex source, IEnumerable<int> numbers)
        {
            return Prepare(numbers, number => prepare(source, number), block => activity.Count(ready += block), cancellationToken).Where(isUseful);
        }

        List<TTraining> training = [.. Ready(index, Enumerable.Range(0, split.TrainingCount).Select(split.TrainingRow)).Select(keep)];
        return new(training, [.. Ready(other ?? index, heldOut)], split.TrainingCount, warnings);
    }

    /// <summary>What a row that the template refuses says, with its place in the file.</summary>
    public static UserErrorException At(RunSpecification specification, long line, UserErrorException exception)
        => new([.. exception.Errors.Select(error => new UserError($"{Path.GetFileName(specification.Dataset.Path)}:{line}", error.Message))]);

    // Lazily, so that no more than a block is in memory of what is not kept.
    private static IEnumerable<T> Prepare(IEnumerable<int> numbers, Func<int, T> prepare, Action<int> told, CancellationToken cancellationToken)
    {
        foreach (var block in numbers.Chunk(RowsAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ready = new T[block.Length];
            try
            {
                Parallel.For(0, block.Length, place => ready[place] = prepare(block[place]));
            }
            catch (AggregateException exception) when (exception.InnerExceptions.OfType<UserErrorException>().FirstOrDefault() is { } mistake)
            {
                throw mistake;
            }

            told(block.Length);
            foreach (var row in ready)
            {
                yield return row;
            }
        }
    }
}
