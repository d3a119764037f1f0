namespace FineTuneStudio.Engine.Tensors;

/// <summary>The device's memory is spent.</summary>
public sealed class TensorMemoryException : TensorException
{
    /// <summary>Creates the exception.</summary>
    public TensorMemoryException(string message)
        : base(message)
    {
    }
}
