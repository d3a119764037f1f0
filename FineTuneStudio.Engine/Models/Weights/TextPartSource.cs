using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Models.Weights;

/// <summary>The weights of a model of text and images, its text model's under the names that they have in a text model alone; nothing is copied.</summary>
internal sealed class TextPartSource : ITensorSource
{
    private const string HeadName = WeightPlan.Head + WeightSlot.WeightSuffix;

    private readonly ITensorSource _whole;
    private readonly Dictionary<string, string> _stored;
    private readonly bool _isOlder;

    private TextPartSource(ITensorSource whole, Dictionary<string, string> stored)
    {
        _whole = whole;
        _stored = stored;
        _isOlder = stored.Values.Any(WholeModelNames.IsOlder);
        Beside = [.. whole.Names.Where(name => WholeModelNames.FindOwn(name) is null && name != HeadName).Order(StringComparer.Ordinal)];
        Names = [.. stored.Keys, .. whole.Names.Where(name => WholeModelNames.FindOwn(name) is null)];
    }

    /// <inheritdoc/>
    public string Path => _whole.Path;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Beside { get; }

    /// <summary>The source itself where no name is a whole model's.</summary>
    /// <exception cref="UserErrorException">A tensor is there under two names.</exception>
    public static ITensorSource Of(ITensorSource whole)
    {
        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in whole.Names)
        {
            if (WholeModelNames.FindOwn(name) is { } own && (!stored.TryAdd(own, name) || whole.Find(own) is not null))
            {
                throw new UserErrorException(whole.Path, $"The text model's '{own}' is there twice: as '{name}' and as '{(stored[own] == name ? own : stored[own])}'. Fetch the model again.");
            }
        }

        return stored.Count == 0 ? whole : new TextPartSource(whole, stored);
    }

    /// <inheritdoc/>
    public string StoredName(string name)
        => _stored.GetValueOrDefault(name) ?? (_isOlder && name == HeadName ? WholeModelNames.OlderOf(name) : name);

    /// <inheritdoc/>
    public SafetensorsEntry? Find(string name) => _whole.Find(StoredName(name));

    /// <inheritdoc/>
    public Tensor Get(string name) => _whole.Get(StoredName(name));

    /// <inheritdoc/>
    public PackedTensor? FindPacked(string name) => _whole.FindPacked(StoredName(name));

    /// <inheritdoc/>
    public long? PackedBytes(string name) => _whole.PackedBytes(StoredName(name));

    /// <inheritdoc/>
    public bool IsQuantised(string name) => _whole.IsQuantised(StoredName(name));

    /// <inheritdoc/>
    public void Forget(string name) => _whole.Forget(StoredName(name));

    /// <inheritdoc/>
    public void Fetch(string name) => _whole.Fetch(StoredName(name));
}
