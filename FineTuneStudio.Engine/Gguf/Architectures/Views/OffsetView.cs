using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf.Architectures.Views;

/// <summary>A norm's factor, of which the hub's files have what it is beyond 1.</summary>
internal sealed record OffsetView : HubView
{
    public override Tensor Turn(Tensor cut, long first, long count) => cut.To(DType.Float32) + 1;

    public override Tensor Restore(IReadOnlyList<Tensor> files) => files[0] - 1;
}
