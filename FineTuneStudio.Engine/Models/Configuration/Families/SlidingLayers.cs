namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Which layers look back through a window only.</summary>
internal static class SlidingLayers
{
    /// <summary>Qwen's window counts for the layers from <c>max_window_layers</c> up.</summary>
    public static Func<int, int?> OfQwen(ConfigFields config)
    {
        var first = config.Int("max_window_layers", 28, least: 0);
        return IfSwitchedOn(config, layer => layer >= first);
    }

    /// <summary>A window that counts only where <c>use_sliding_window</c> is true.</summary>
    /// <param name="config">The file's fields.</param>
    /// <param name="slides">The family's rule, by index.</param>
    public static Func<int, int?> IfSwitchedOn(ConfigFields config, Func<int, bool> slides)
        => config.Flag("use_sliding_window", false) && config.Has("sliding_window") ? Of(config, slides) : _ => null;

    /// <summary>The window of each layer: by <c>layer_types</c>, or by a family's own rule where the file has no such list.</summary>
    /// <param name="config">The file's fields.</param>
    /// <param name="slides">The family's rule, by index.</param>
    public static Func<int, int?> Of(ConfigFields config, Func<int, bool> slides)
    {
        var window = config.Int("sliding_window");
        var types = config.Texts("layer_types");
        foreach (var type in (types ?? []).Where(type => type is not ("sliding_attention" or "full_attention")).Distinct(StringComparer.Ordinal))
        {
            config.Refuse("layer_types", $"has '{type}'; sliding_attention and full_attention are built.");
        }

        return layer => (types is null || layer >= types.Count ? slides(layer) : types[layer] == "sliding_attention") ? window : null;
    }
}
