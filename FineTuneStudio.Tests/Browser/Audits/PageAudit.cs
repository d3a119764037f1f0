using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;

namespace FineTuneStudio.Tests.Browser.Audits;

/// <summary>What a careful look at a page of the studio finds wrong: by axe-core, by eye, and by the Tab key alone.</summary>
internal sealed class PageAudit
{
    /// <summary>Each fault with the first elements that have it.</summary>
    private const string Axe = """
        async (rules) => {
          const only = rules === null ? {} : { runOnly: { type: "rule", values: rules } };
          const { violations } = await axe.run({ ...only, rules: { "target-size": { enabled: true } } });
          return violations.map((fault) => `${fault.id}: ${fault.nodes.slice(0, 4).map((node) => node.target.join(" ")).join(" | ")} (${fault.help})`);
        }
        """;

    /// <summary>No page has as many; a walk that goes on for so long goes round in a part of the page.</summary>
    private const int MostStops = 400;

    private readonly string _axe = File.ReadAllText(AxeFile);
    private readonly string _layout = Script("layout.js");
    private readonly string _keyboard = Script("keyboard.js");

    /// <summary>Where npm puts axe-core.</summary>
    public static string AxeFile { get; } = Path.Combine(Repository.Root, "FineTuneStudio", "node_modules", "axe-core", "axe.min.js");

    /// <summary>Everything wrong with the page as it is.</summary>
    public async Task<IReadOnlyList<string>> LookAsync(IPage page)
    {
        // Evaluated, not added as scripts: the page's own policy allows no foreign ones.
        await page.EvaluateAsync(_axe);
        return [.. await page.EvaluateAsync<string[]>(Axe), .. await page.EvaluateAsync<string[]>(_layout)];
    }

    /// <summary>What only the other theme can have wrong: its colours. The page has been looked at before.</summary>
    public static async Task<IReadOnlyList<string>> LookAtColoursAsync(IPage page) => await page.EvaluateAsync<string[]>(Axe, new[] { "color-contrast" });

    /// <summary>Walks over the page by the Tab key until it is where it began.</summary>
    public async Task<IReadOnlyList<string>> WalkAsync(IPage page)
    {
        await page.EvaluateAsync(_keyboard);
        await page.EvaluateAsync("() => walk.begin()");
        for (var stop = 0; stop < MostStops; stop++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (stop % 8 == 7 && await page.EvaluateAsync<bool>("() => walk.over()"))
            {
                break;
            }
        }

        return await page.EvaluateAsync<string[]>("() => walk.end()");
    }

    private static string Script(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Browser", "Audits", name));
}
