using System.Text.Json;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Datasets;

/// <summary>The datasets of the studio: taken in, checked, looked at.</summary>
public sealed class DatasetLibrary
{
    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly StudioPaths _paths;
    private readonly DatasetUpload _upload;
    private readonly DatasetChecks _checks;
    private readonly DatasetIndexes _indexes;
    private readonly DatasetLengths _lengths;

    internal DatasetLibrary(
        IDbContextFactory<StudioDatabase> databases, StudioPaths paths, DatasetUpload upload, DatasetChecks checks, DatasetIndexes indexes, DatasetLengths lengths)
    {
        (_databases, _paths, _upload, _checks, _indexes, _lengths) = (databases, paths, upload, checks, indexes, lengths);
    }

    /// <summary>Every dataset, newest first.</summary>
    public async Task<IReadOnlyList<DatasetSummary>> ListAsync(CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var rows = await database.Datasets.AsNoTracking().OrderByDescending(dataset => dataset.CreatedAt).ToListAsync(cancellationToken);
        return [.. rows.Select(Summarize)];
    }

    /// <summary>One dataset, or <see langword="null"/>.</summary>
    public async Task<DatasetSummary?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        return await database.Datasets.AsNoTracking().SingleOrDefaultAsync(dataset => dataset.Id == id, cancellationToken) is { } row ? Summarize(row) : null;
    }

    /// <summary>Takes a file in, as a stream of any length, and has it checked.</summary>
    /// <param name="name">As the person calls it.</param>
    /// <param name="content">Its bytes; never held in memory.</param>
    /// <param name="length">How many, where that is known before.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public async Task<Result<DatasetSummary>> ReceiveAsync(string name, Stream content, long? length, CancellationToken cancellationToken)
    {
        switch (await _upload.ReceiveAsync(name, content, length, cancellationToken))
        {
            case Result<DatasetEntity>.Success(var row):
                _checks.Enqueue(row.Id);
                return new Result<DatasetSummary>.Success(Summarize(row));
            case Result<DatasetEntity>.Refused(var errors):
                return new Result<DatasetSummary>.Refused(errors);
            case var other:
                throw new InvalidOperationException($"Unknown result {other}.");
        }
    }

    /// <summary>What the check found; <see langword="null"/> until it is done.</summary>
    public async Task<DatasetReport?> FindReportAsync(Guid id, CancellationToken cancellationToken)
    {
        var path = _paths.DatasetReport(id);
        if (!File.Exists(path))
        {
            return null;
        }

        await using var stream = File.OpenRead(path);
        return await JsonSerializer.DeserializeAsync<DatasetReport>(stream, RunSpecification.JsonOptions, cancellationToken);
    }

    /// <summary>Sets which column is which part of the conversation, and checks the file anew.</summary>
    public Task MapColumnsAsync(Guid id, ColumnMapping columns, CancellationToken cancellationToken)
        => CheckAnewAsync(id, row => row.Columns = JsonSerializer.Serialize(columns, RunSpecification.JsonOptions), cancellationToken);

    /// <summary>Sets what the rows are meant for, answers to learn or prompts, and checks the file anew.</summary>
    public Task UseForAsync(Guid id, TrainingMethod method, CancellationToken cancellationToken) => CheckAnewAsync(
        id,
        row =>
        {
            // Columns that were pointed at for prompts may lack the answer that is to be learnt.
            if (method == TrainingMethod.Sft && DatasetChecks.OptionsOf(row).Columns is { Assistant: null })
            {
                row.Columns = null;
            }

            row.Method = method.ToString();
        },
        cancellationToken);

    /// <summary>Writes the rows that cannot be learnt from, as they are in the file.</summary>
    public async Task WriteBadRowsAsync(Guid id, Stream destination, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var row = await database.Datasets.AsNoTracking().SingleAsync(dataset => dataset.Id == id, cancellationToken);
        await Task.Run(() => DatasetChecker.WriteBadRows(_paths.DatasetFile(id, row.Extension), DatasetChecks.OptionsOf(row), destination, cancellationToken), cancellationToken);
    }

    private async Task CheckAnewAsync(Guid id, Action<DatasetEntity> change, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        if (await database.Datasets.SingleOrDefaultAsync(dataset => dataset.Id == id, cancellationToken) is { } row)
        {
            change(row);
            row.State = DatasetState.Checking;
            await database.SaveChangesAsync(cancellationToken);
            LetGo(id);
            _checks.Enqueue(id);
        }
    }

    private void LetGo(Guid id)
    {
        _lengths.Forget(id);
        _indexes.Close(id);
    }

    private DatasetSummary Summarize(DatasetEntity row) => new()
    {
        Id = row.Id,
        Name = row.Name,
        State = row.State,
        Bytes = row.Bytes,
        Sha256 = row.Sha256,
        Method = DatasetChecks.MethodOf(row),
        Rows = row.Rows,
        BadRows = row.BadRows,
        Faults = row.Faults,
        Message = row.Message,
        CreatedAt = row.CreatedAt,
        Checked = row.State == DatasetState.Checking ? _checks.ShareDone(row.Id) : null,
    };
}
