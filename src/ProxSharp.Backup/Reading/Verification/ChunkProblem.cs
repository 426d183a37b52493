namespace ProxSharp.Backup.Reading.Verification;

/// <summary>What is wrong with a part of a file.</summary>
public enum ChunkProblem
{
    /// <summary>A chunk is not there.</summary>
    Missing,

    /// <summary>A chunk is there, and its bytes are not what they should be.</summary>
    Damaged,

    /// <summary>The file itself is missing or damaged: the list of chunks, or a small file.</summary>
    File,

    /// <summary>All chunks are right, and what they make up is not readable as an archive.</summary>
    Structure,
}
