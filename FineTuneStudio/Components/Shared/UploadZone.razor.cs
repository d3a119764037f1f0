using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Shared;

/// <summary>Where files are dropped. The bytes go past Blazor, as one plain request each.</summary>
public sealed partial class UploadZone : IAsyncDisposable
{
    private ElementReference _zone;
    private ElementReference _input;
    private readonly ScriptModule _uploader = new();
    private DotNetObjectReference<UploadZone>? _self;
    private string? _name;
    private string? _error;
    private long _sent;
    private long _size;
    private double _seconds;

    [Inject]
    public required IJSRuntime Script { get; init; }

    /// <summary>Where files are sent: <c>api/datasets</c>; their name is added to it.</summary>
    [Parameter, EditorRequired]
    public string Address { get; set; } = "";

    /// <summary>Endings that a person is offered, as a browser takes them.</summary>
    [Parameter, EditorRequired]
    public string Accept { get; set; } = "";

    /// <summary>What to drop.</summary>
    [Parameter]
    public string Invitation { get; set; } = "Drop a file here";

    /// <summary>What files are taken, in small print.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    /// <summary>A file arrived, with the id of what became of it.</summary>
    [Parameter, EditorRequired]
    public EventCallback<Guid> Uploaded { get; set; }

    private double Share => _size > 0 ? (double)_sent / _size : 0;

    private string Percent => Share.ToString("0.#%", CultureInfo.InvariantCulture);

    private TimeSpan? Left => _seconds > 1 && _sent > 0 ? TimeSpan.FromSeconds(_seconds * (_size - _sent) / _sent) : null;

    public async ValueTask DisposeAsync()
    {
        await _uploader.DisposeAsync();
        _self?.Dispose();
    }

    [JSInvokable]
    public void UploadStarted(string name, long size)
    {
        (_name, _size, _sent, _seconds, _error) = (name, size, 0, 0, null);
        StateHasChanged();
    }

    [JSInvokable]
    public void UploadProgressed(long sent, long size, double seconds)
    {
        (_sent, _size, _seconds) = (sent, size, seconds);
        StateHasChanged();
    }

    [JSInvokable]
    public async Task UploadEnded(Guid? made, string? error)
    {
        _error = error is null ? null : $"{_name}: {error}";
        _name = null;
        StateHasChanged();
        if (made is { } id)
        {
            await Uploaded.InvokeAsync(id);
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            await _uploader.OpenAsync(Script, "./js/upload.js", _zone, _input, _self);
        }
    }

    private async Task StopAsync() => await _uploader.InvokeVoidAsync("stop");
}
