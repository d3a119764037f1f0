namespace FineTuneStudio.Engine.Adapters;

/// <summary>PEFT's names of the modules around a layer's expert parameters.</summary>
internal static class ExpertModules
{
    // PEFT wraps a module once for each of its parameters that learns, in the order in which the module has them; the last wrapper bears the
    // module's own name, each one inside it one base_layer more.
    private const string Inner = ".base_layer";

    /// <summary>The chosen parameters, each with its module's name.</summary>
    /// <param name="chosen">In the model's order.</param>
    public static IEnumerable<(ExpertShape Shape, string Module)> Of(IEnumerable<ExpertShape> chosen)
        => chosen.GroupBy(shape => shape.Module, StringComparer.Ordinal)
            .SelectMany(module => module.Select((shape, index) => (shape, module.Key + string.Concat(Enumerable.Repeat(Inner, module.Count() - 1 - index)))));
}
