using System.Text.Json;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Application.Settings;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Domain;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Commanding;

/// <summary>The command palette: every page, every thing by its name, every action.</summary>
public sealed partial class Palette : IDisposable
{
    private static readonly string Commands = JsonSerializer.Serialize(
        PaletteCommand.All.Select(command => new { command.Group, command.Label, Icon = Icon.PathOf(command.Icon), command.Address, command.Act, command.Keys, command.Words }),
        JsonSerializerOptions.Web);

    private static readonly string Icons = JsonSerializer.Serialize(
        Enum.GetValues<ThingKind>().Select(kind => kind.ToString().ToLowerInvariant()).Concat(["pause", "play"]).ToDictionary(name => name, Icon.PathOf),
        JsonSerializerOptions.Web);

    private DotNetObjectReference<Palette>? _self;

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required SettingsStore Settings { get; init; }

    [Inject]
    public required IJSRuntime Script { get; init; }

    public void Dispose() => _self?.Dispose();

    [JSInvokable]
    public void Pause(Guid run) => Runs.Pause(run);

    [JSInvokable]
    public void Resume(Guid run) => Runs.Resume(run);

    [JSInvokable]
    public async Task ChooseTheme(string name)
    {
        if (Enum.TryParse<ThemeChoice>(name, ignoreCase: true, out var theme))
        {
            await Settings.TryChangeAsync(settings => settings with { Theme = theme }, CancellationToken.None);
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            await using var palette = await Script.InvokeAsync<IJSObjectReference>("import", "./js/palette.js");
            await palette.InvokeVoidAsync("connect", _self);
        }
    }
}
