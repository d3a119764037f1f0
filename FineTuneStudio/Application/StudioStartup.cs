using FineTuneStudio.Application.Drafts;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Settings;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application;

/// <summary>Brings the tables up to date, registers the model that comes with the studio, and clears away what a killed process left half done.</summary>
internal sealed class StudioStartup(IDbContextFactory<StudioDatabase> databases, ModelLibrary models, DraftStore drafts, SettingsStore settings, StudioPaths paths) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Leftovers first: on a full disk they may be the room that the database needs.
        ClearLeftovers();
        try
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            await database.Database.MigrateAsync(cancellationToken);
            await settings.LoadAsync(cancellationToken);
            await drafts.ClearOldAsync(cancellationToken);
            await models.RegisterEmbeddedAsync(cancellationToken);
        }
        catch (Exception exception) when (FullDisk.Caused(exception))
        {
            throw new UserErrorException([FullDisk.Describe("--data", "the database", bytes: null, paths.Root)]);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => drafts.FlushAsync();

    private void ClearLeftovers()
    {
        foreach (var leftover in Directory.EnumerateFiles(paths.Uploads))
        {
            File.Delete(leftover);
        }

        foreach (var leftover in Directory.EnumerateDirectories(paths.Temporary))
        {
            Directory.Delete(leftover, recursive: true);
        }
    }
}
