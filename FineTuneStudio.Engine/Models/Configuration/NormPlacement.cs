namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>Where a layer's norms stand.</summary>
public enum NormPlacement
{
    /// <summary><c>x += part(norm(x))</c></summary>
    Before,

    /// <summary><c>x += norm(part(x))</c> (OLMo 2)</summary>
    After,

    /// <summary><c>x += norm(part(norm(x)))</c> (Gemma 2 and 3)</summary>
    Both,
}
