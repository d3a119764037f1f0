namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>A layer's access to the configuration and to its weights.</summary>
/// <param name="Config">The file's fields.</param>
/// <param name="Weights">The model's.</param>
/// <param name="Index">Of the layer.</param>
internal sealed record ReferenceLayer(ReferenceConfig Config, ReferenceWeights Weights, int Index)
{
    public int Width => Config.Int("hidden_size");

    /// <summary>Gemma's norms hold what their factor has beyond 1.</summary>
    public double NormOffset => Config.Type.StartsWith("gemma", StringComparison.Ordinal) ? 1 : 0;

    public double[] Get(string name, WeightRole role, params int[] shape) => Weights.Get($"model.layers.{Index}.{name}", role, shape);

    /// <summary>A linear over all tokens.</summary>
    public double[][] Linear(string name, double[][] x, int outputs, bool bias = false)
    {
        var weight = Get(name + ".weight", WeightRole.Linear, outputs, x[0].Length);
        var own = bias ? Get(name + ".bias", WeightRole.Offset, outputs) : null;
        return Array.ConvertAll(x, token => ReferenceMath.Product(weight, token, own));
    }

    /// <summary>A norm over all tokens.</summary>
    public double[][] Norm(string name, double[][] x, double? epsilon = null)
    {
        var factor = Get(name + ".weight", NormOffset == 0 ? WeightRole.Factor : WeightRole.Offset, x[0].Length);
        return Array.ConvertAll(x, token => ReferenceMath.Norm(token, factor, epsilon ?? Config.Number("rms_norm_eps"), NormOffset));
    }

    /// <summary>The dense feed-forward part.</summary>
    public double[][] FeedForward(string module, double[][] x, int inner)
    {
        var bias = Config.Flag("mlp_bias") && module == "mlp";
        double[][] gate, up;
        if (Config.Type == "phi3")
        {
            var both = Linear(module + ".gate_up_proj", x, 2 * inner, bias);
            (gate, up) = (Array.ConvertAll(both, token => token[..inner]), Array.ConvertAll(both, token => token[inner..]));
        }
        else
        {
            (gate, up) = (Linear(module + ".gate_proj", x, inner, bias), Linear(module + ".up_proj", x, inner, bias));
        }

        var activation = Config.Type.StartsWith("gemma", StringComparison.Ordinal)
            ? (Config.Has("hidden_activation") ? Config.Text("hidden_activation") : "gelu_pytorch_tanh")
            : Config.Text("hidden_act");
        var mixed = gate.Zip(up, (one, other) => one.Zip(other, (left, right) => ReferenceMath.Activate(activation, left) * right).ToArray()).ToArray();
        return Linear(module + ".down_proj", mixed, Width, bias);
    }
}
