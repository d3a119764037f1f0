namespace FineTuneStudio.Commands.Benches.Ui;

/// <summary>A host that leaves the signals of the console alone: whoever interrupts a bench ends the bench.</summary>
internal sealed class OwnLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
