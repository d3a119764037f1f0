namespace FineTuneStudio.Engine.Adapters;

/// <summary>A linear of a model, as an adapter sees it.</summary>
/// <param name="Name">Full module name in Hugging Face's model: <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Inputs">Width of what comes in.</param>
/// <param name="Outputs">Width of what goes out.</param>
/// <param name="IsHead">Whether it makes the logits; <c>all-linear</c> leaves it out.</param>
public record LinearShape(string Name, long Inputs, long Outputs, bool IsHead = false)
{
    /// <summary>Whether the model is a part of one of text and images, which adapters name their modules by.</summary>
    public bool IsInWholeModel { get; init; }

    /// <summary>Last part of the name.</summary>
    public string LastPart => Name[(Name.LastIndexOf('.') + 1)..];

    /// <summary>Weights of the base.</summary>
    public virtual long Elements => Inputs * Outputs;

    /// <summary>Weights of an adapter of this rank.</summary>
    public virtual long AdapterElements(long rank) => rank * (Inputs + Outputs);
}
