using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Grading.Sandbox;

/// <summary>The system calls that code in the sandbox may not make, as a classic BPF program for the kernel: new processes, sockets, memory outside of its own, and doors into the kernel.</summary>
/// <remarks>Everything forbidden fails with EPERM, so that Python raises an ordinary error; a foreign architecture ends the process.</remarks>
internal static class SeccompFilter
{
    private const ushort Load = 0x20;
    private const ushort JumpEqual = 0x15;
    private const ushort JumpAtLeast = 0x35;
    private const ushort JumpSet = 0x45;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7FFF0000;
    private const uint Kill = 0x80000000;
    private const uint NotPermitted = 0x00050000 | 1;
    private const uint NotThere = 0x00050000 | 38;
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint FirstArgumentOffset = 16;
    private const uint CloneThread = 0x00010000;

    // Numbers of the kernel's tables. clone is in neither list: it may make threads. clone3 hides its flags from a filter, so it is "not there".
    private static readonly (uint Architecture, uint Clone, uint[] Forbidden) X64 = (0xC000003E, 56,
    [
        57, 58, 101, 310, 311, 165, 166, 155, 161, 272, 308, 321, 298, 250, 248, 249, 246, 320, 175, 313, 176, 169, 167, 168, 323, 425, 426, 427, 41, 304, 303, 319, 29, 68, 64, 240,
        428, 429, 430, 431, 432, 433, 442, 434, 438,
    ]);

    private static readonly (uint Architecture, uint Clone, uint[] Forbidden) Arm64 = (0xC00000B7, 220,
    [
        117, 270, 271, 40, 39, 41, 51, 97, 268, 280, 241, 219, 217, 218, 104, 294, 105, 273, 106, 142, 224, 225, 282, 425, 426, 427, 198, 265, 264, 279, 194, 186, 190, 180,
        428, 429, 430, 431, 432, 433, 442, 434, 438,
    ]);

    /// <summary>Whether there is a filter for this machine.</summary>
    public static bool IsKnown => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>The program, as <c>bwrap --seccomp</c> reads it.</summary>
    /// <exception cref="PlatformNotSupportedException">There is none for this machine.</exception>
    public static byte[] Create()
    {
        var (architecture, clone, forbidden) = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => X64,
            Architecture.Arm64 => Arm64,
            var other => throw new PlatformNotSupportedException($"There is no filter for {other}."),
        };
        var program = new List<byte>();
        Add(program, Load, 0, 0, ArchitectureOffset);
        Add(program, JumpEqual, 1, 0, architecture);
        Add(program, Return, 0, 0, Kill);
        Add(program, Load, 0, 0, NumberOffset);

        // The second table of x86-64, with 32-bit pointers.
        Add(program, JumpAtLeast, 0, 1, 0x40000000);
        Add(program, Return, 0, 0, Kill);
        foreach (var number in forbidden)
        {
            Add(program, JumpEqual, 0, 1, number);
            Add(program, Return, 0, 0, NotPermitted);
        }

        Add(program, JumpEqual, 0, 1, 435);
        Add(program, Return, 0, 0, NotThere);
        Add(program, JumpEqual, 0, 3, clone);
        Add(program, Load, 0, 0, FirstArgumentOffset);
        Add(program, JumpSet, 1, 0, CloneThread);
        Add(program, Return, 0, 0, NotPermitted);
        Add(program, Return, 0, 0, Allow);
        return [.. program];
    }

    private static void Add(List<byte> program, ushort code, byte whenTrue, byte whenFalse, uint operand)
    {
        Span<byte> instruction = stackalloc byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(instruction, code);
        instruction[2] = whenTrue;
        instruction[3] = whenFalse;
        BinaryPrimitives.WriteUInt32LittleEndian(instruction[4..], operand);
        program.AddRange(instruction);
    }
}
