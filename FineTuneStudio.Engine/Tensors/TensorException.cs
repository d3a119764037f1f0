namespace FineTuneStudio.Engine.Tensors;

/// <summary>A tensor operation failed: shapes, types or places do not fit. The message names the operation and every shape.</summary>
public class TensorException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TensorException(string message)
        : base(message)
    {
    }
}
