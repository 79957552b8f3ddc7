# COG_ADD_FLAGS(VARIABLE, FLAGS...): appends each flag that the compiler and the linker take
# without a word, together with those taken before.
AC_DEFUN([COG_ADD_FLAGS],
  [for cog_flag in $2; do
     AC_MSG_CHECKING([whether $CC takes $cog_flag])
     cog_saved_CFLAGS=$CFLAGS
     CFLAGS="$CFLAGS $$1 $cog_flag -Werror"
     AC_LINK_IFELSE(
       [AC_LANG_SOURCE([[#include <stdio.h>
                         int main(void) { return puts("") < 0; }]])],
       [AC_MSG_RESULT([yes])
        $1="$$1 $cog_flag"],
       [AC_MSG_RESULT([no])])
     CFLAGS=$cog_saved_CFLAGS
   done])
