namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Which layers look back through a window only.</summary>
internal static class SlidingLayers
{
    /// <summary>Qwen's window counts for the layers from <c>max_window_layers</c> up.</summary>
    public static Func<int, int?> OfQwen(ConfigFields config)
    {
        var first = Border(config);
        return IfSwitchedOn(config, layer => layer >= first);
    }

    /// <summary>In Qwen2's mixtures it counts for every other layer below <c>max_window_layers</c>.</summary>
    public static Func<int, int?> OfQwen2Mixture(ConfigFields config)
    {
        var end = Border(config);
        return IfSwitchedOn(config, layer => layer % 2 == 0 && layer < end);
    }

    /// <summary>A window that counts only where <c>use_sliding_window</c> is true.</summary>
    /// <param name="config">The file's fields.</param>
    /// <param name="slides">The family's rule, by index.</param>
    public static Func<int, int?> IfSwitchedOn(ConfigFields config, Func<int, bool> slides)
        => config.Flag("use_sliding_window", false) ? Of(config, slides) : _ => null;

    /// <summary>The window of each layer: by <c>layer_types</c>, or by a family's own rule where the file has no such list.</summary>
    /// <param name="config">The file's fields.</param>
    /// <param name="slides">The family's rule, by index.</param>
    public static Func<int, int?> Of(ConfigFields config, Func<int, bool> slides)
    {
        // Where a file has the window as null, no layer has one.
        if (!config.Has("sliding_window"))
        {
            return _ => null;
        }

        var window = config.Int("sliding_window");
        var types = config.Texts("layer_types");
        foreach (var type in (types ?? []).Where(type => type is not ("sliding_attention" or "full_attention")).Distinct(StringComparer.Ordinal))
        {
            config.Refuse("layer_types", $"has '{type}'; sliding_attention and full_attention are built.");
        }

        return layer => (types is null || layer >= types.Count ? slides(layer) : types[layer] == "sliding_attention") ? window : null;
    }

    private static int Border(ConfigFields config) => config.Int("max_window_layers", 28, least: 0);
}
