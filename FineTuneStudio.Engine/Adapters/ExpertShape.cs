namespace FineTuneStudio.Engine.Adapters;

/// <summary>One product of all experts of a layer: no module of its own to an adapter, but a parameter with a matrix for each expert.</summary>
/// <param name="Name">Full name of the parameter in Hugging Face's model: <c>model.layers.0.mlp.experts.gate_up_proj</c>.</param>
/// <param name="Experts">How many experts.</param>
/// <param name="Inputs">Width of what comes in.</param>
/// <param name="Outputs">Width of what goes out.</param>
/// <param name="Tensors">The tensors of the model's files that hold the matrices.</param>
public sealed record ExpertShape(string Name, int Experts, long Inputs, long Outputs, IReadOnlyList<ExpertTensor> Tensors) : LinearShape(Name, Inputs, Outputs)
{
    /// <summary>Name of the module that holds the parameter.</summary>
    public string Module => Name[..Name.LastIndexOf('.')];

    /// <inheritdoc/>
    public override long Elements => Experts * base.Elements;

    /// <inheritdoc/>
    public override long AdapterElements(long rank) => Experts * base.AdapterElements(rank);
}
