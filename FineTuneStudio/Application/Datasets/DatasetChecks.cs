using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Datasets;

/// <summary>Reads every new dataset to its end, one after the other, and stores what was found beside it.</summary>
internal sealed class DatasetChecks(IDbContextFactory<StudioDatabase> databases, StudioPaths paths, ILogger<DatasetChecks> log) : BackgroundService
{
    private readonly Channel<Guid> _waiting = Channel.CreateUnbounded<Guid>();
    private readonly ConcurrentDictionary<Guid, double> _shares = new();

    public void Enqueue(Guid id) => _waiting.Writer.TryWrite(id);

    /// <summary>Share that is read, 0 while it waits.</summary>
    public double ShareDone(Guid id) => _shares.GetValueOrDefault(id);

    /// <summary>What a dataset's rows are meant for; answers to learn, as long as nobody knows.</summary>
    public static TrainingMethod MethodOf(DatasetEntity row) => row.Method is { } name ? Enum.Parse<TrainingMethod>(name) : TrainingMethod.Sft;

    /// <summary>How a dataset's rows are read for what they are meant for.</summary>
    public static DatasetCheckOptions OptionsOf(DatasetEntity row) => OptionsOf(row, MethodOf(row));

    /// <summary>How a dataset's rows are read by a run of a method.</summary>
    public static DatasetCheckOptions OptionsOf(DatasetEntity row, TrainingMethod method) => new()
    {
        Method = method,
        Columns = row.Columns is { } columns ? JsonSerializer.Deserialize<ColumnMapping>(columns, RunSpecification.JsonOptions) : null,
    };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await EnqueueUnfinishedAsync(stoppingToken);
            await foreach (var id in _waiting.Reader.ReadAllAsync(stoppingToken))
            {
                await CheckAsync(id, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The studio stops; what was being checked is checked at the next start.
        }
    }

    private async Task EnqueueUnfinishedAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var id in await database.Datasets.Where(row => row.State == DatasetState.Checking).Select(row => row.Id).ToListAsync(cancellationToken))
        {
            Enqueue(id);
        }
    }

    private async Task CheckAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await database.Datasets.SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } row)
        {
            return;
        }

        try
        {
            var report = await Task.Factory.StartNew(
                () => Check(row, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            DurableFile.WriteAllText(paths.DatasetReport(id), JsonSerializer.Serialize(report, RunSpecification.JsonOptions));
            (row.State, row.Message, row.Method) = (DatasetState.Checked, "", report.Method.ToString());
            (row.Rows, row.BadRows, row.Faults) = (report.Rows, report.Rows - report.GoodRows, report.ErrorCount + report.WarningCount);
        }
        catch (UserErrorException exception)
        {
            (row.State, row.Message) = (DatasetState.Failed, exception.Message);
        }
        catch (IOException exception) when (FullDisk.Caused(exception))
        {
            (row.State, row.Message) = (DatasetState.Failed, FullDisk.Describe(row.Name, "what the check found", bytes: null, paths.Root).Message);
        }
#pragma warning disable CA1031 // A defect in one check must not end the studio; it is logged with its stack and shown beside the dataset.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            log.LogError(exception, "The check of dataset {Dataset} failed", id);
            (row.State, row.Message) = (DatasetState.Failed, $"The check could not be finished: {exception.Message}");
        }

        _shares.TryRemove(id, out _);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            // It was deleted while it was being read.
        }
        catch (DbUpdateException exception)
        {
            log.LogError(exception, "What the check of dataset {Dataset} found could not be stored; is the disk full? It is checked again at the next start", id);
        }
    }

    /// <summary>Checks rows for what they are meant for; where nobody has said so, what is sound decides.</summary>
    private DatasetReport Check(DatasetEntity row, CancellationToken cancellationToken)
    {
        if (row.Method is not null)
        {
            return Check(row, MethodOf(row), cancellationToken);
        }

        var report = Check(row, TrainingMethod.Sft, cancellationToken);
        if (!PromptsRule.MayBePrompts(report))
        {
            return report;
        }

        // The index on disk is of the check that was last, so where the rows are no prompts either it is made again for answers.
        return Check(row, TrainingMethod.Rft, cancellationToken) is var prompts && PromptsRule.ArePrompts(prompts)
            ? prompts
            : Check(row, TrainingMethod.Sft, cancellationToken);
    }

    private DatasetReport Check(DatasetEntity row, TrainingMethod method, CancellationToken cancellationToken)
        => DatasetIndex.Check(
            paths.DatasetFile(row.Id, row.Extension),
            OptionsOf(row, method),
            paths.DatasetIndex(row.Id),
            cancellationToken,
            progress => _shares[row.Id] = progress.TotalBytes is > 0 and { } total ? (double)progress.Bytes / total : 0) with { File = row.Name };
}
