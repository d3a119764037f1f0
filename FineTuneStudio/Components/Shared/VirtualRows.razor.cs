using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Shared;

/// <summary>A list box over any number of rows: ten or ten million cost the same. Arrow keys, Page Up and Down, Home and End move the selection.</summary>
/// <typeparam name="T">What a row shows.</typeparam>
public sealed partial class VirtualRows<T> : IAsyncDisposable
{
    /// <summary>Browsers know no taller elements than some ten million pixels, and place with less than a pixel's error only below this.</summary>
    private const int TallestSpace = 8_000_000;

    /// <summary>Rows that are ready above and below what is in sight, in windows.</summary>
    private const int Overscan = 1;

    private const int FirstWindow = 24;

    private readonly CancellationTokenSource _closed = new();
    private ElementReference _root;
    private readonly ScriptModule _rows = new();
    private DotNetObjectReference<VirtualRows<T>>? _self;
    private IReadOnlyList<T> _items = [];
    private object? _loadedSource;
    private int _loadedRevision;
    private int _loadedCount = -1;
    private int _revealed = -1;
    private int _first;
    private int _visible = FirstWindow;
    private int _version;

    [Inject]
    public required IJSRuntime Script { get; init; }

    /// <summary>Prefix of the rows' ids.</summary>
    [Parameter, EditorRequired]
    public string Id { get; set; } = "";

    /// <summary>What the list is of.</summary>
    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    /// <summary>Rows in all.</summary>
    [Parameter, EditorRequired]
    public int Count { get; set; }

    /// <summary>Height of each row, in CSS pixels.</summary>
    [Parameter]
    public int RowHeight { get; set; } = 56;

    /// <summary>Gives rows from a position on; may take a while, and is then called off the page's thread.</summary>
    [Parameter, EditorRequired]
    public Func<int, int, IReadOnlyList<T>> Items { get; set; } = null!;

    /// <summary>Another object means other rows: what is shown is read again, from the top.</summary>
    [Parameter, EditorRequired]
    public object Source { get; set; } = null!;

    /// <summary>Another number means that the same rows look otherwise: what is in sight is read again, where it is.</summary>
    [Parameter]
    public int Revision { get; set; }

    /// <summary>Position of the selected row; -1 for none.</summary>
    [Parameter]
    public int Selected { get; set; } = -1;

    /// <summary>A row was clicked or reached by keyboard.</summary>
    [Parameter]
    public EventCallback<int> SelectedChanged { get; set; }

    /// <summary>One row.</summary>
    [Parameter, EditorRequired]
    public RenderFragment<T> ChildContent { get; set; } = null!;

    private long SpaceHeight => Math.Min((long)Count * RowHeight, TallestSpace);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _rows.DisposeAsync();
        _self?.Dispose();
        _closed.Dispose();
    }

    /// <summary>The script says which rows are in sight.</summary>
    [JSInvokable]
    public async Task InSight(int first, int visible)
    {
        _visible = Math.Clamp(visible, 1, 200);
        await LoadAsync(first - (Overscan * _visible));
    }

    /// <summary>A key moved the selection.</summary>
    [JSInvokable]
    public Task Move(int by)
        => Count == 0 ? Task.CompletedTask : SelectAsync(Math.Clamp(Selected < 0 && by > 0 ? 0 : Selected + by, 0, Count - 1));

    protected override async Task OnParametersSetAsync()
    {
        if (!Equals(_loadedSource, Source))
        {
            (_loadedSource, _loadedRevision, _loadedCount) = (Source, Revision, Count);
            await LoadAsync(Math.Max(0, Selected - (_visible / 2)), reset: true);
        }
        else if (_loadedRevision != Revision)
        {
            (_loadedRevision, _loadedCount) = (Revision, Count);
            await LoadAsync(_first);
        }
        else if (_loadedCount != Count)
        {
            // More were found: what is in sight only changes where it was not full.
            var wasFull = _items.Count >= Window;
            _loadedCount = Count;
            if (!wasFull)
            {
                await LoadAsync(_first);
            }
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            await _rows.OpenAsync(Script, "./js/virtual-rows.js", _root, _self, RowHeight);
        }

        if (_rows.IsOpen)
        {
            var reveal = Selected != _revealed ? Selected : -1;
            _revealed = Selected;
            await _rows.InvokeVoidAsync("update", Count, reveal);
        }
    }

    private int Window => (1 + (2 * Overscan)) * _visible;

    private bool IsRendered(int position) => position >= _first && position < _first + _items.Count;

    private async Task LoadAsync(int first, bool reset = false)
    {
        first = Math.Clamp(first, 0, Math.Max(0, Count - 1));
        var count = Math.Min(Window, Count - first);
        var items = count <= 0 ? [] : await Task.Run(() => Items(first, count));
        if (_closed.IsCancellationRequested)
        {
            return;
        }

        (_first, _items) = (first, items);
        _version += reset ? 1 : 0;
        _revealed = reset ? -1 : _revealed;
        StateHasChanged();
    }

    private Task SelectAsync(int position) => SelectedChanged.InvokeAsync(position);
}
