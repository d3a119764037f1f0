namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Which layers look back through a window only.</summary>
internal static class SlidingLayers
{
    /// <summary>Qwen's window counts only where it is switched on, and then for the layers from <c>max_window_layers</c> up.</summary>
    public static Func<int, int?> OfQwen(ConfigFields config)
    {
        if (!config.Flag("use_sliding_window", false) || !config.Has("sliding_window"))
        {
            return _ => null;
        }

        var first = config.Int("max_window_layers", 28, least: 0);
        return Of(config, layer => layer >= first);
    }

    /// <summary>The window of each layer: by <c>layer_types</c>, or by a family's own rule where the file has no such list.</summary>
    /// <param name="config">The file's fields.</param>
    /// <param name="slides">The family's rule, by index.</param>
    public static Func<int, int?> Of(ConfigFields config, Func<int, bool> slides)
    {
        var window = config.Int("sliding_window");
        var types = config.Texts("layer_types");
        return layer => (types is null || layer >= types.Count ? slides(layer) : types[layer] == "sliding_attention") ? window : null;
    }
}
