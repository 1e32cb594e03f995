using System.Globalization;
using System.Text;

namespace OrleansIM.Identity;

/// <summary>
/// What a name that others see may be made of: nothing that is not seen or turns what is beside it around, and no word that
/// mixes letters of Latin, Greek and Cyrillic, many of which look the same. A word in one script may still look like
/// another one; the account's id, which is ASCII, stands beside it.
/// </summary>
public static class ShownNames
{
    private const int ZeroWidthNonJoiner = 0x200C, ZeroWidthJoiner = 0x200D;

    // Letters and symbols by their category, and nothing to be seen.
    private static readonly int[] s_blank = [0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0];

    /// <summary>What a name has to be, if it is not; null if it may be shown. Empty is no name, and may be.</summary>
    public static string? Fault(string name)
    {
        var inWord = Script.None;
        var isSeen = name.Length == 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if (IsUnseen(rune))
            {
                return "no characters that cannot be seen or that turn the text around";
            }

            var script = ScriptOf(rune);
            if (script != Script.None)
            {
                if (inWord != Script.None && inWord != script)
                {
                    return "Latin, Greek and Cyrillic letters not in one word";
                }

                inWord = script;
            }
            else if (!BelongsToAWord(rune))
            {
                inWord = Script.None;
            }

            isSeen |= !Rune.IsWhiteSpace(rune) && rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner);
        }

        return isSeen ? null : "something that can be seen";
    }

    private static bool IsUnseen(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // Persian and Indic words, and many emoji, are joined by these.
        UnicodeCategory.Format => rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner),
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate => true,
        _ => s_blank.Contains(rune.Value),
    };

    private static bool BelongsToAWord(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.Format;

    private static Script ScriptOf(Rune rune) => !Rune.IsLetter(rune) ? Script.None : rune.Value switch
    {
        // No letter of the Latin alphabet: of the Greek one, and used as a sign.
        0xB5 => Script.None,
        <= 0x24F or (>= 0x1E00 and <= 0x1EFF) or (>= 0xFF21 and <= 0xFF5A) => Script.Latin,
        (>= 0x370 and <= 0x3FF) or (>= 0x1F00 and <= 0x1FFF) => Script.Greek,
        (>= 0x400 and <= 0x52F) or (>= 0x1C80 and <= 0x1C8F) or (>= 0x2DE0 and <= 0x2DFF) or (>= 0xA640 and <= 0xA69F) => Script.Cyrillic,
        _ => Script.None,
    };

    private enum Script
    {
        None,
        Latin,
        Greek,
        Cyrillic,
    }
}
