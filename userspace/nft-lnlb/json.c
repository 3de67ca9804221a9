// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>

#include "json.h"

void json_put_string(struct json_object *obj, const char *key,
		     const char *value)
{
	json_object_object_add(obj, key,
			       value ? json_object_new_string(value) : NULL);
}

void json_put_uint(struct json_object *obj, const char *key, uint64_t value)
{
	json_object_object_add(obj, key, json_object_new_uint64(value));
}

void json_put_bool(struct json_object *obj, const char *key, bool value)
{
	json_object_object_add(obj, key, json_object_new_boolean(value));
}

void json_put_word(struct json_object *obj, const char *key,
		   const struct lnlb_words *words, unsigned int value)
{
	json_put_string(obj, key, lnlb_word(words, value));
}

void json_put_mac(struct json_object *obj, const char *key,
		  const uint8_t mac[LNLB_MAC_LEN])
{
	char text[LNLB_MAC_STRLEN];

	json_put_string(obj, key, lnlb_format_mac(mac, text));
}

int json_put_out(struct json_object *obj, int flags)
{
	const char *text;

	text = json_object_to_json_string_ext(obj, flags |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		fputs(text, stdout);
	json_object_put(obj);
	return text ? 0 : -ENOMEM;
}

int json_print(struct json_object *obj, int flags)
{
	int err = json_put_out(obj, flags);

	if (!err)
		putchar('\n');
	return err;
}
