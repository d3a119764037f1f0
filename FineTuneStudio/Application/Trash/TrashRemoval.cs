using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Trash;

/// <summary>Takes deleted things off the disk: first the files, then the row, so that a full disk gets its room first, and a process that dies in between leaves nothing that nobody knows of.</summary>
internal sealed class TrashRemoval(IDbContextFactory<StudioDatabase> databases, StudioPaths paths, DatasetIndexes indexes, DatasetLengths lengths)
{
    public async Task RemoveAsync(IDeletable thing, CancellationToken cancellationToken)
    {
        lengths.Forget(thing.Id);
        indexes.Close(thing.Id);
        await Task.Run(() => DeleteFolder(FolderOf(thing)), cancellationToken);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (thing is ModelEntity)
        {
            await database.ModelSpeeds.Where(speed => speed.ModelId == thing.Id).ExecuteDeleteAsync(cancellationToken);
        }

        database.Remove(thing);
        await database.SaveChangesAsync(cancellationToken);
    }

    /// <summary>What its removal frees.</summary>
    public long BytesOf(IDeletable thing) => FolderSize.Of(FolderOf(thing));

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string FolderOf(IDeletable thing) => thing switch
    {
        DatasetEntity => paths.Dataset(thing.Id),
        RunEntity => paths.Run(thing.Id),
        ModelEntity => paths.Model(thing.Id),
        AdapterEntity adapter => paths.AdapterOfRun(adapter.RunId),
        ImportedAdapterEntity => paths.Adapter(thing.Id),
        _ => throw new ArgumentException($"A {thing.GetType().Name} has no folder.", nameof(thing)),
    };
}
