using FineTuneStudio.Application.Models;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application;

/// <summary>Brings the tables up to date, registers the model that comes with the studio, and clears away what a killed process left half done.</summary>
internal sealed class StudioStartup(IDbContextFactory<StudioDatabase> databases, ModelLibrary models, StudioPaths paths) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (var database = await databases.CreateDbContextAsync(cancellationToken))
        {
            await database.Database.MigrateAsync(cancellationToken);
        }

        foreach (var leftover in Directory.EnumerateFiles(paths.Uploads))
        {
            File.Delete(leftover);
        }

        foreach (var leftover in Directory.EnumerateDirectories(paths.Temporary))
        {
            Directory.Delete(leftover, recursive: true);
        }

        await models.RegisterEmbeddedAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
