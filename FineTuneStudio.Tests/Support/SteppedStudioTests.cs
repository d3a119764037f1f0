using FineTuneStudio.Application.Runs;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Support;

/// <summary>Tests with a studio each: a model and a dataset are there, and the engine learns as many steps as the test allows.</summary>
public abstract class SteppedStudioTests(int totalSteps = 40) : IAsyncLifetime
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected FakeTrainingEngine Engine { get; } = new() { TotalSteps = totalSteps };

    private protected StudioServer Studio { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Studio = await StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(Engine));
        await Studio.AddModelAndDatasetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Studio.DisposeAsync();
        Engine.Dispose();
        GC.SuppressFinalize(this);
    }
}
