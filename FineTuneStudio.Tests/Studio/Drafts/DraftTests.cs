using FineTuneStudio.Application.Drafts;
using FineTuneStudio.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Drafts;

public sealed class DraftTests : IAsyncLifetime
{
    private const string Key = "runs/new";

    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new();
    private readonly DatabaseFile _databases;

    public DraftTests()
    {
        _databases = new DatabaseFile(_folder.At("studio.db"));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A new one each time: nothing but the database connects them, as after a restart.</summary>
    private DraftStore Store => new(_databases, _clock, NullLogger<DraftStore>.Instance);

    public async ValueTask InitializeAsync()
    {
        await using var database = _databases.CreateDbContext();
        await database.Database.MigrateAsync(Token);
    }

    public ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Open_NothingKept_IsFresh()
    {
        await using var draft = await OpenAsync();

        Assert.Equal(16, draft.Value.Rank);
        Assert.Null(draft.RestoredFrom);
    }

    [Fact]
    public async Task Changed_PageGoneAtOnce_IsBackInANewStudio()
    {
        var typed = _clock.GetUtcNow();
        await using (var draft = await OpenAsync())
        {
            Type(draft, 64);
        }

        _clock.Advance(TimeSpan.FromHours(3));
        await using var again = await OpenAsync();

        Assert.Equal((64, "a 🦙 name"), (again.Value.Rank, again.Value.Name));
        Assert.Equal(typed, again.RestoredFrom);
    }

    [Fact]
    public async Task Changed_AMomentPassed_IsKeptWhileThePageIsOpen()
    {
        await using var draft = await OpenAsync();
        Type(draft, 64);

        _clock.Advance(Draft<Form>.KeepingDelay);

        Assert.Equal(64, await UntilKeptAsync());
    }

    [Fact]
    public async Task Filled_NothingTyped_IsNoInputToBringBack()
    {
        await using (var draft = await OpenAsync())
        {
            draft.Value.Rank = 64;
            draft.Filled();
        }

        await using var again = await OpenAsync();
        Assert.Null(again.RestoredFrom);
    }

    [Fact]
    public async Task Filled_AfterTyping_IsKeptWithIt()
    {
        await using (var draft = await OpenAsync())
        {
            Type(draft, 8);
            draft.Value.Rank = 64;
            draft.Filled();
        }

        await using var again = await OpenAsync();
        Assert.Equal((64, "a 🦙 name"), (again.Value.Rank, again.Value.Name));
    }

    [Fact]
    public async Task Flush_WhileTyping_KeepsWhatWasTyped()
    {
        var store = Store;
        await using var draft = await store.OpenAsync(Key, () => new Form(), Token);
        Type(draft, 64);

        await store.FlushAsync();

        await using var again = await OpenAsync();
        Assert.Equal(64, again.Value.Rank);
    }

    [Fact]
    public async Task Forget_AfterChanges_NextFormIsFresh()
    {
        await using (var draft = await OpenAsync())
        {
            Type(draft, 64);
            _clock.Advance(Draft<Form>.KeepingDelay);
            Type(draft, 128);
            await draft.ForgetAsync();
        }

        await using var again = await OpenAsync();
        Assert.Equal(16, again.Value.Rank);
    }

    [Fact]
    public async Task Discard_RestoredInput_IsFreshHereAndLater()
    {
        await using (var draft = await OpenAsync())
        {
            Type(draft, 64);
        }

        await using (var restored = await OpenAsync())
        {
            await restored.DiscardAsync();
            Assert.Equal(16, restored.Value.Rank);
            Assert.Null(restored.RestoredFrom);
        }

        await using var again = await OpenAsync();
        Assert.Equal(16, again.Value.Rank);
    }

    [Fact]
    public async Task Open_WrittenByAnotherVersion_IsFresh()
    {
        await Store.KeepAsync(Key, """{"Rank":"many"}""");

        await using var draft = await OpenAsync();

        Assert.Equal(16, draft.Value.Rank);
        Assert.Null(draft.RestoredFrom);
    }

    [Fact]
    public async Task ClearOld_DraftOfMonthsAgo_IsGoneAndANewOneStays()
    {
        await Store.KeepAsync("old", "{}");
        _clock.Advance(TimeSpan.FromDays(90));
        await Store.KeepAsync("new", "{}");

        await Store.ClearOldAsync(Token);

        await using var database = _databases.CreateDbContext();
        Assert.Equal(["new"], await database.Drafts.Select(draft => draft.Key).ToListAsync(Token));
    }

    private static void Type(Draft<Form> draft, int rank)
    {
        (draft.Value.Rank, draft.Value.Name) = (rank, "a 🦙 name");
        draft.Changed();
    }

    private Task<Draft<Form>> OpenAsync() => Store.OpenAsync(Key, () => new Form(), Token);

    private async Task<int> UntilKeptAsync()
    {
        while (true)
        {
            await using var draft = await OpenAsync();
            if (draft.RestoredFrom is not null)
            {
                return draft.Value.Rank;
            }

            await Task.Yield();
        }
    }

    private sealed class Form
    {
        public int Rank { get; set; } = 16;

        public string Name { get; set; } = "";
    }
}
