using System.Text.RegularExpressions;
using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>A dataset, looked at as a person does: lengths and their context line, faults, search, filters, a row in its three views.</summary>
public sealed class DatasetPageTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private const string Bad = """{"messages":[{"role":"user","content":"Hi"}]}""";

    private StudioServer _studio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _studio = await StudioServer.StartAsync();
        await _studio.AddModelAndDatasetAsync();
    }

    public ValueTask DisposeAsync() => _studio.DisposeAsync();

    [Fact(Timeout = 300_000)]
    public async Task File_ThatIsNoDataset_SaysWhatOneLooksLikeAndOffersNothingElse()
    {
        var dataset = await _studio.UploadAsync("notes.txt", ["just some text", "that is no dataset"], Token);
        await using var page = await OpenAsync($"/datasets/{dataset}");

        await page.Page.Locator(".note.bad").GetByText("No row of this file can be learnt from").WaitForAsync();
        Assert.Equal(0, await page.Page.Locator(".method-switch").CountAsync());
        Assert.Equal(0, await page.Page.GetByRole(AriaRole.Link, new() { Name = "Train on this" }).CountAsync());
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task ContextLine_TypedDraggedAndMovedByKeys_SaysWhatItCutsAndStandsInTheAddress()
    {
        var dataset = await UploadAsync([.. StudioSeed.IntentRows(60), .. Enumerable.Range(0, 4).Select(row => Row(string.Concat(Enumerable.Repeat("word ", 300 + row)), "long"))]);
        await using var page = await OpenAsync($"/datasets/{dataset}");
        var cut = page.Page.Locator("[data-cut]");
        await cut.GetByText("No row is cut.").WaitForAsync();

        await page.Page.FillAsync("#context", "100");
        await page.Page.Keyboard.PressAsync("Enter");
        await cut.GetByText("4 rows (6.3%) cut").WaitForAsync();
        await page.AddressAsync("context=100$");

        var line = page.Page.GetByRole(AriaRole.Slider, new() { Name = "Context" });
        await line.PressAsync("PageDown");
        await page.AddressAsync("context=50$");
        await line.PressAsync("End");
        await cut.GetByText("No row is cut.").WaitForAsync();
        await page.AddressAsync("context=(?!50$)");
        var whole = page.Page.Url;

        var plot = (await page.Page.Locator(".lengths").BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(plot.X + plot.Width - 2, plot.Y + 40);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(plot.X + (plot.Width / 2), plot.Y + 40, new() { Steps = 5 });
        await cut.GetByText("4 rows (6.3%) cut").WaitForAsync();
        await page.Page.Mouse.UpAsync();
        await Assertions.Expect(page.Page).Not.ToHaveURLAsync(whole);

        await page.Page.ReloadAsync();
        await page.InteractiveAsync();
        await cut.GetByText("4 rows (6.3%) cut").WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Histogram_PointedAtReadByKeysAndAsATable_SaysWhatEachBarHolds()
    {
        var dataset = await UploadAsync([.. StudioSeed.IntentRows(60), .. Enumerable.Range(0, 4).Select(row => Row(string.Concat(Enumerable.Repeat("word ", 300 + row)), "long"))]);
        await using var page = await OpenAsync($"/datasets/{dataset}");
        var plot = page.Page.Locator(".lengths");
        var read = page.Page.Locator(".lengths-read");
        await page.Page.Locator("[data-cut]").GetByText("No row is cut.").WaitForAsync();

        await page.Page.WaitForSelectorAsync(".lengths[data-reads]");
        await plot.PressAsync("End");
        await Assertions.Expect(read).ToHaveTextAsync(new Regex("tokens: 4 rows$"));
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(read).Not.ToHaveTextAsync(new Regex("tokens: (0|4) rows$"));
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(read).ToBeEmptyAsync();

        var box = (await plot.BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + 40);
        await Assertions.Expect(read).ToHaveTextAsync(new Regex("tokens: 0 rows$"));

        await page.Page.GetByText("As a table").ClickAsync();
        var last = page.Page.Locator(".length-table tbody tr").Last;
        await Assertions.Expect(last).ToContainTextAsync("6.3%");
        await Assertions.Expect(last).ToContainTextAsync("100%");
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Search_Filters_Keys_FindRowsAndOpenThem()
    {
        var dataset = await UploadAsync([.. StudioSeed.IntentRows(300), Bad, Row("A needle in the hay", "found"), Row(string.Concat(Enumerable.Repeat("word ", 90)), "long")]);
        await using var page = await OpenAsync($"/datasets/{dataset}");
        await page.Page.Locator(".vrow").First.WaitForAsync();

        await page.Page.FillAsync("[type=search]", "NEEDLE");
        await page.Page.GetByText("1 row says it").WaitForAsync();
        Assert.Equal("needle", await page.Page.Locator(".vrow mark").InnerTextAsync());
        await page.Page.Locator(".vrow").ClickAsync();
        await page.Page.Locator(".conversation").GetByText("A needle in the hay").WaitForAsync();
        await page.AddressAsync("q=NEEDLE&row=302$");

        await page.Page.FillAsync("[type=search]", "");
        await page.Page.GetByText("303 rows", new() { Exact = true }).WaitForAsync();
        await FilterAsync(page, "Faulty");
        await page.Page.Locator(".vrow").GetByText("bad").WaitForAsync();
        await page.Page.Locator(".vrow").ClickAsync();
        await page.Page.Locator(".raw").GetByText(Bad).WaitForAsync();
        await page.Page.Locator(".detail").GetByText("none of the assistant").WaitForAsync();

        await FilterAsync(page, "All");
        await FilterAsync(page, "Longest first");
        await page.Page.Locator(".vrow").First.GetByText("word word").WaitForAsync();
        var list = page.Page.GetByRole(AriaRole.Listbox, new() { Name = "Rows" });
        await list.PressAsync("Home");
        await page.Page.Locator(".conversation").GetByText("word word").WaitForAsync();
        await list.PressAsync("End");
        await page.Page.Locator(".vrow.selected").GetByText("bad").WaitForAsync();
        await list.PressAsync("ArrowUp");
        await page.Page.Locator(".vrow.selected").GetByText("A needle in the hay").WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Row_OpenedFromItsFaultAndByAddress_IsShownInThreeViews()
    {
        var dataset = await UploadAsync([.. StudioSeed.IntentRows(40), Bad]);
        await using var page = await OpenAsync($"/datasets/{dataset}");
        await page.Page.Locator(".fault-table").GetByRole(AriaRole.Button, new() { Name = "41", Exact = true }).ClickAsync();
        await page.Page.Locator(".raw").GetByText(Bad).WaitForAsync();

        await page.GoAsync($"/datasets/{dataset}?row=3");
        await page.Page.Locator(".learnt-message").GetByText("refund_not_showing_up").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Tab, new() { Name = "Conversation" }).PressAsync("ArrowRight");
        await page.Page.Locator(".rendered .learnt").GetByText("refund_not_showing_up").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Tab, new() { Name = "Text" }).PressAsync("ArrowRight");
        await page.AddressAsync("row=3&view=tokens$");

        var facts = page.Page.Locator(".token-facts");
        await page.Page.Locator(".tokens").FocusAsync();
        await facts.GetByText("Token 1:").WaitForAsync();
        await page.Page.Keyboard.PressAsync("End");
        await facts.GetByText("only read, weight 0").WaitForAsync();
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await facts.GetByText("learnt with weight 1, control token").WaitForAsync();
        await page.Page.Locator(".token.learnt").First.HoverAsync();
        await facts.GetByText("learnt with weight 1").WaitForAsync();
        var underline = await page.Page.Locator(".tokens .token.learnt").First.EvaluateAsync<string>("token => getComputedStyle(token).borderBottomWidth + getComputedStyle(token).backgroundColor");
        Assert.StartsWith("2px", underline, StringComparison.Ordinal);
        Assert.DoesNotContain("rgba(0, 0, 0, 0)", underline, StringComparison.Ordinal);
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Columns_PointedAt_BecomeConversations()
    {
        using var content = new StringContent("a,b,c\n" + string.Join('\n', Enumerable.Range(0, 20).Select(row => $"first {row},second {row},third {row}")));
        var response = await _studio.Client.PostAsync("/api/datasets?name=table.csv", content, Token);
        var address = PageOf(response);
        await using var page = await OpenAsync(address);
        var columns = page.Page.Locator(".column");
        await columns.First.WaitForAsync();

        await columns.Nth(2).GetByLabel("Question").CheckAsync();
        await columns.Nth(0).GetByLabel("Answer to learn").CheckAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use these columns" }).ClickAsync();

        await page.Page.Locator(".learnt-message").GetByText("first 0").WaitForAsync();
        await page.Page.Locator(".message").GetByText("third 0").WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Prompts_Uploaded_AreTakenForWhatTheyAreAndCanBeTakenForAnswers()
    {
        var dataset = await UploadAsync(await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "samples", "arithmetic.jsonl"), Token));
        await using var page = await OpenAsync($"/datasets/{dataset}?row=1");
        await page.Page.GetByText("Prompts: for reinforcement fine-tuning").WaitForAsync();
        await page.Page.Locator(".vrow").First.GetByText("96 + 63 =").WaitForAsync();
        await page.Page.Locator(".detail").GetByText("159").WaitForAsync();
        await Assertions.Expect(page.Page.Locator(".status.bad")).ToHaveCountAsync(0);
        await page.Page.Locator("[data-cut]").GetByText("Every prompt leaves room for an answer.").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Tab, new() { Name = "Text" }).ClickAsync();
        await page.Page.Locator(".detail").GetByText("up to where the model's answer begins").WaitForAsync();
        await Assertions.Expect(page.Page.Locator(".rendered .learnt")).ToHaveCountAsync(0);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use as answers to learn" }).ClickAsync();
        await page.Page.GetByText("Answers: for supervised fine-tuning").WaitForAsync();
        await page.Page.Locator(".vrow").First.GetByText("bad").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use as prompts" }).ClickAsync();
        await page.Page.GetByText("Prompts: for reinforcement fine-tuning").WaitForAsync();
        await Assertions.Expect(page.Page.Locator(".vrow .status.bad")).ToHaveCountAsync(0);
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Columns_OfPrompts_NeedNoAnswer()
    {
        using var content = new StringContent("prompt,level\n" + string.Join('\n', Enumerable.Range(0, 20).Select(row => $"ask {row},{row}")));
        var response = await _studio.Client.PostAsync("/api/datasets?name=prompts.csv", content, Token);
        await using var page = await OpenAsync(PageOf(response));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use as prompts" }).ClickAsync();
        await page.Page.GetByText("Prompts: for reinforcement fine-tuning").WaitForAsync();
        var columns = page.Page.Locator(".column");

        await columns.Nth(1).GetByLabel("Prompt").CheckAsync();
        await columns.Nth(0).GetByLabel("For graders").CheckAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use these columns" }).ClickAsync();

        await page.Page.Locator(".message").GetByText("0", new() { Exact = true }).WaitForAsync();
        await page.Page.Locator(".facts-list").GetByText("ask 0").WaitForAsync();
        page.AssertCalm();
    }

    private static string Row(string question, string answer)
        => $$"""{"messages":[{"role":"user","content":"{{question}}"},{"role":"assistant","content":"{{answer}}"}]}""";

    private static Task FilterAsync(StudioPage page, string name) => page.Page.Locator(".explorer-filters").GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();

    private Task<Guid> UploadAsync(IEnumerable<string> rows) => _studio.UploadAsync("rows.jsonl", rows, Token);

    // The answer names the dataset of the API; its page has the same id.
    private static string PageOf(HttpResponseMessage response) => $"/datasets/{response.Headers.Location!.ToString().Split('/')[^1]}";

    private async Task<StudioPage> OpenAsync(string address)
    {
        var page = await chromium.OpenAsync(_studio.Address);
        await page.GoAsync(address);
        return page;
    }
}
