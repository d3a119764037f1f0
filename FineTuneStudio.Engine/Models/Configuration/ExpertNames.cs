namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>How the hub's files name a layer's router and experts.</summary>
/// <param name="Router">The router, within the layer.</param>
/// <param name="Experts">What stands before each expert, within the layer.</param>
/// <param name="Gate">An expert's gate.</param>
/// <param name="Up">An expert's up projection.</param>
/// <param name="Down">An expert's down projection.</param>
public sealed record ExpertNames(string Router, string Experts, string Gate, string Up, string Down)
{
    /// <summary>One tensor for each matrix of each expert: Qwen, DeepSeek, Kimi.</summary>
    public static ExpertNames Separate { get; } = new("mlp.gate", "mlp.experts", "gate_proj", "up_proj", "down_proj");

    /// <summary>The same in Mixtral's words.</summary>
    public static ExpertNames Mixtral { get; } = new("block_sparse_moe.gate", "block_sparse_moe.experts", "w1", "w3", "w2");

    /// <summary>All experts in one tensor, inputs first, gate and up in turns, with biases: gpt-oss.</summary>
    public static ExpertNames Stacked { get; } = new("mlp.router", "mlp.experts", "gate_up_proj", "gate_up_proj", "down_proj") { IsStacked = true };

    /// <summary>Whether one tensor holds all experts.</summary>
    public bool IsStacked { get; private init; }
}
