using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>Every run: found, sorted, chosen for comparison; what waits, in its order.</summary>
public sealed partial class RunsPage
{
    private const int PageSize = 100;

    private static readonly (string Key, string Text, bool Number)[] Columns =
        [("name", "Run", false), ("state", "State", false), ("steps", "Steps", true), ("loss", "Loss", true), ("heldout", "Held-out", true), ("created", "Begun", true)];

    private readonly HashSet<Guid> _chosen = [];
    private int _most = PageSize;

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    /// <summary>Words that name, model, dataset, tags or notes must hold.</summary>
    [SupplyParameterFromQuery]
    public string? Find { get; set; }

    [SupplyParameterFromQuery]
    public string? State { get; set; }

    [SupplyParameterFromQuery]
    public string? Tag { get; set; }

    /// <summary>A column, with a minus before it for the largest first.</summary>
    [SupplyParameterFromQuery]
    public string? Sort { get; set; }

    private string Order => Columns.Any(column => column.Key == Sort?.TrimStart('-')) ? Sort! : "-created";

    private IReadOnlyList<RunSummary> Waiting => [.. AllRuns!.Where(run => run.State == RunState.Queued).OrderBy(run => run.QueueOrder).ThenBy(run => run.CreatedAt)];

    private IEnumerable<string> AllTags => AllRuns!.SelectMany(run => run.Tags).GroupBy(tag => tag).OrderByDescending(group => group.Count()).Take(12).Select(group => group.Key);

    private IReadOnlyList<RunSummary> Shown
    {
        get
        {
            var words = (Find ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var found = AllRuns!
                .Where(run => State is null || run.State.ToString() == State)
                .Where(run => Tag is null || run.Tags.Contains(Tag))
                .Where(run => words.All(word => TextOf(run).Contains(word, StringComparison.CurrentCultureIgnoreCase)));
            return [.. Order.StartsWith('-') ? found.OrderByDescending(KeyOf, Comparer<object?>.Create(Compare)) : found.OrderBy(KeyOf, Comparer<object?>.Create(Compare))];
        }
    }

    private static string TextOf(RunSummary run) => $"{run.Name} {run.Model} {run.Dataset} {string.Join(' ', run.Tags)} {run.Notes}";

    private static int Compare(object? one, object? other) => System.Collections.Comparer.Default.Compare(one, other);

    private object? KeyOf(RunSummary run) => Order.TrimStart('-') switch
    {
        "name" => run.Name,
        "state" => run.State,
        "steps" => run.Step,
        "loss" => run.IsReinforcement ? run.Reward : run.Loss,
        "heldout" => run.IsReinforcement ? run.HeldOutReward : run.HeldOutLoss,
        _ => run.CreatedAt,
    };

    private string SortOf(string key) => Order.TrimStart('-') != key ? "none" : Order.StartsWith('-') ? "descending" : "ascending";

    private string Arrow(string key) => SortOf(key) switch { "ascending" => " ↑", "descending" => " ↓", _ => "" };

    private void SortBy(string key) => Go("sort", Order == key ? $"-{key}" : key);

    private void Seek(ChangeEventArgs change) => Go("find", string.IsNullOrWhiteSpace((string?)change.Value) ? null : (string)change.Value!);

    private void ChooseState(ChangeEventArgs change) => Go("state", (string?)change.Value is { Length: > 0 } state ? state : null);

    private void ChooseTag(string tag) => Go("tag", tag == Tag ? null : tag);

    private void ShowAll() => Navigation.NavigateTo("/runs", replace: true);

    private void Toggle(Guid id)
    {
        if (!_chosen.Remove(id))
        {
            _chosen.Add(id);
        }
    }

    private void Go(string part, string? value) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(part, value), replace: true);
}
