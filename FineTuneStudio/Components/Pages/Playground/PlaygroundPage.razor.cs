using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Components.Answers;
using FineTuneStudio.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Playground;

/// <summary>A conversation with any model or adapter; who answers stands in the address.</summary>
public sealed partial class PlaygroundPage
{
    private IReadOnlyList<(string Key, ChatSide Side)>? _choices;

    [Inject]
    public required ModelLibrary Models { get; init; }

    [Inject]
    public required AdapterLibrary Adapters { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    /// <summary>Key of who answers: <c>model-NAME</c> or <c>adapter-ID</c>.</summary>
    [SupplyParameterFromQuery(Name = "a")]
    public string? Left { get; set; }

    /// <summary>Key of who answers beside, where somebody does.</summary>
    [SupplyParameterFromQuery(Name = "b")]
    public string? Right { get; set; }

    private string A => Known(Left) ?? _choices![0].Key;

    private string B => Known(Right) ?? "";

    private IReadOnlyList<ChatSide> Sides => [.. _choices!.Where(choice => choice.Key == A).Concat(_choices!.Where(choice => choice.Key == B)).Select(choice => choice.Side)];

    protected override async Task OnInitializedAsync()
    {
        var adapters = await Adapters.ListAsync(CancellationToken.None);
        var models = await Models.ListAsync(CancellationToken.None);
        _choices =
        [
            .. adapters.Where(adapter => models.Any(model => model.Name == adapter.Model))
                .Select(adapter => ($"adapter-{adapter.Id}", new ChatSide(Figures.Brief(adapter.Name), adapter.Model, adapter.Id))),
            .. models.Select(model => ($"model-{model.Name}", new ChatSide(model.Name, model.Name, Adapter: null))),
        ];
    }

    private string? Known(string? key) => _choices!.Any(choice => choice.Key == key) ? key : null;

    private void Choose(string a, string b)
        => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["a"] = a, ["b"] = b.Length > 0 ? b : null }), replace: true);
}
