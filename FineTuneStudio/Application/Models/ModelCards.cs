using System.Collections.Concurrent;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Models;

/// <summary>What can be said of each model of the library: from its folder, from its shapes, from the runs that began with it.</summary>
public sealed class ModelCards
{
    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly ModelLibrary _models;
    private readonly ModelSpeeds _speeds;

    // By the hash of the folder: what it says does not change.
    private readonly ConcurrentDictionary<string, ModelDescription?> _facts = new();

    internal ModelCards(IDbContextFactory<StudioDatabase> databases, ModelLibrary models, ModelSpeeds speeds) => (_databases, _models, _speeds) = (databases, models, speeds);

    /// <summary>Memory that training may take on this machine, in bytes.</summary>
    public static long MachineBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Every model, the embedded one first.</summary>
    /// <param name="context">Tokens of a row, for the memory that training takes.</param>
    /// <param name="cancellationToken">The page was closed.</param>
    public async Task<IReadOnlyList<ModelCard>> ListAsync(int context, CancellationToken cancellationToken)
    {
        var models = await _models.ListAsync(cancellationToken);
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var runs = await database.Runs.AsNoTracking().Where(run => run.ModelId != null)
            .Select(run => new { run.ModelId, HasAdapter = database.Adapters.Any(adapter => adapter.RunId == run.Id) }).ToListAsync(cancellationToken);
        var uses = runs.ToLookup(run => run.ModelId!.Value);
        var speeds = await _speeds.ListAsync(cancellationToken);
        return await Task.Run(
            () => models.Select(model => new ModelCard(
                model, _facts.GetOrAdd(model.Sha256, _ => Read(() => ModelFolder.Inspect(model.Folder))), Read(() => ModelDemand.Of(model.Folder, context)),
                uses[model.Id].Count(), uses[model.Id].Count(run => run.HasAdapter), [.. speeds[model.Id]])).ToList(),
            cancellationToken);
    }

    // A folder that was taken away is no reason to show no library.
    private static T? Read<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is UserErrorException or IOException)
        {
            return null;
        }
    }
}
