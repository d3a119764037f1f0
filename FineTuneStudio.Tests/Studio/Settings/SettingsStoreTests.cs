using FineTuneStudio.Application.Settings;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Settings;

public sealed class SettingsStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Change_StudioStartedAgain_IsStillThereAndInTheFirstByteOfThePage()
    {
        using var data = new TemporaryFolder();
        await using (var before = await StudioServer.StartAsync(dataDirectory: data.FullName))
        {
            var store = before.Services.GetRequiredService<SettingsStore>();
            var told = new List<ThemeChoice>();
            store.Changed += settings => told.Add(settings.Theme);

            Assert.True(await store.TryChangeAsync(settings => settings with { Theme = ThemeChoice.Dark, SingleKeys = false, Threads = 1 }, Token));
            Assert.Equal([ThemeChoice.Dark], told);
        }

        await using var after = await StudioServer.StartAsync(dataDirectory: data.FullName);
        var stored = after.Services.GetRequiredService<SettingsStore>().Current;
        Assert.Equal((ThemeChoice.Dark, false, 1), (stored.Theme, stored.SingleKeys, stored.Threads));
        Assert.Contains("""<html lang="en" data-theme-choice="dark" data-single-keys="off">""", await after.Client.GetStringAsync("/", Token), StringComparison.Ordinal);
    }
}
